import { describe, expect, it } from 'vitest';
import { arrange, cardsAtOnce, matches } from '@/board/arrange';
import { step } from '@/board/keyboard';
import { alarm } from './alarm';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 22, 4, 30, second)).toISOString();
const ids = (alarms: Array<{ id: string }>): string[] => alarms.map(a => a.id);

describe('the board', () => {
  it('puts the unanswered before the answered, life before property, and who waited longest first', () => {
    const board = arrange([
      alarm({ id: 'answered', state: 'acknowledged', raisedAt: at(0) }),
      alarm({ id: 'property', severity: 'property', kind: 'water-leak', raisedAt: at(1) }),
      alarm({ id: 'younger', raisedAt: at(9) }),
      alarm({ id: 'older', raisedAt: at(5) }),
      alarm({ id: 'drill', test: true, raisedAt: at(0) }),
    ]);
    expect(ids(board.burning.alarms)).toEqual(['older', 'younger', 'property', 'answered', 'drill']);
  });

  it('puts what came late under what happens now, with the time at which it really was, and never under what is less severe', () => {
    const board = arrange([
      alarm({ id: 'late', late: true, spread: true, raisedAt: at(0) }), alarm({ id: 'later', late: true, raisedAt: at(1) }), alarm({ id: 'now', raisedAt: at(50) }),
      alarm({ id: 'water', severity: 'property', kind: 'water-leak', raisedAt: at(20) }),
    ]);
    expect(ids(board.burning.alarms)).toEqual(['now', 'late', 'later', 'water']);
    expect(board.burning.alarms[1]!.raisedAt).toBe(at(0));
  });

  it('puts what spreads before what is confirmed, and that before one detector, but never a drill before what is real', () => {
    const board = arrange([
      alarm({ id: 'one', raisedAt: at(0) }), alarm({ id: 'confirmed', confirmed: true, raisedAt: at(8) }), alarm({ id: 'spread', spread: true, raisedAt: at(9) }),
      alarm({ id: 'water', severity: 'property', kind: 'water-leak', raisedAt: at(0) }), alarm({ id: 'drill', drill: true, confirmed: true, spread: true, raisedAt: at(0) }),
    ]);
    expect(ids(board.burning.alarms)).toEqual(['spread', 'confirmed', 'one', 'water', 'drill']);
  });

  it('keeps what sounds in the first column until somebody is on the way, and what does not sound in the last', () => {
    const board = arrange([
      alarm({ id: 'raised' }), alarm({ id: 'acknowledged', state: 'acknowledged' }), alarm({ id: 'dispatched', state: 'dispatched' }),
      alarm({ id: 'on-scene', state: 'on-scene' }), alarm({ id: 'resolved', state: 'resolved' }), alarm({ id: 'closed', state: 'closed' }),
      alarm({ id: 'noise', severity: 'advisory', kind: 'noise' }), alarm({ id: 'tamper', severity: 'technical', kind: 'tamper', state: 'acknowledged' }),
    ]);
    expect(ids(board.burning.alarms)).toEqual(['raised', 'acknowledged']);
    expect(ids(board.inHand.alarms)).toEqual(['dispatched', 'on-scene', 'resolved']);
    expect(ids(board.quiet.alarms)).toEqual(['noise', 'tamper']);
  });

  it('orders what is in hand by what runs out first, and what only waits to be closed comes last', () => {
    const board = arrange([
      alarm({ id: 'resolved', state: 'resolved' }), alarm({ id: 'no deadline', state: 'dispatched' }),
      alarm({ id: 'later', state: 'dispatched', deadline: at(50) }), alarm({ id: 'sooner', state: 'dispatched', deadline: at(10) }),
    ]);
    expect(ids(board.inHand.alarms)).toEqual(['sooner', 'later', 'no deadline', 'resolved']);
  });

  it('does not depend on the order in which alarms came', () => {
    const some = Array.from({ length: 40 }, (_, i) => alarm({ raisedAt: at(i % 7), state: i % 3 ? 'raised' : 'acknowledged', severity: i % 4 ? 'life' : 'property' }));
    expect(arrange([...some].reverse())).toEqual(arrange(some));
  });

  it('folds what nobody can act on at once by courtyard, and loses none', () => {
    const many = Array.from({ length: 30 }, (_, i) => alarm({
      id: `a${String(i).padStart(2, '0')}`, raisedAt: at(i), courtyard: i % 2 ? 'east' : 'west', courtyardName: i % 2 ? 'East' : null, severity: i % 5 ? 'life' : 'property',
    }));
    const { burning } = arrange(many);
    expect(burning.alarms).toHaveLength(cardsAtOnce);
    expect(burning.count).toBe(30);
    expect(burning.folds.map(fold => fold.courtyardName).sort()).toEqual(['East', 'west']);
    expect([...ids(burning.alarms), ...burning.folds.flatMap(fold => ids(fold.alarms))].sort()).toEqual(ids(many).sort());
    expect(burning.folds.reduce((sum, fold) => sum + fold.unanswered, 0)).toBe(30 - cardsAtOnce);
  });

  it('does not fold a single card: the fold would take its room', () => {
    const { burning } = arrange(Array.from({ length: cardsAtOnce + 1 }, () => alarm()));
    expect(burning.alarms).toHaveLength(cardsAtOnce + 1);
    expect(burning.folds).toEqual([]);
  });
});

describe('the search', () => {
  it('finds an alarm by every word typed, in any order and case', () => {
    expect(matches(['3栋 1单元 301 厨房', 'b03-u1-301-SMOKE'], '301 3栋')).toBe(true);
    expect(matches(['3栋 1单元 301 厨房', 'b03-u1-301-SMOKE'], 'smoke 厨房')).toBe(true);
    expect(matches(['3栋 1单元 301 厨房', null, undefined], '302')).toBe(false);
    expect(matches([null], '')).toBe(true);
  });
});

describe('the arrow keys', () => {
  const columns = [['a', 'b', 'c'], [], ['x']];
  it('begin at the first card', () => {
    expect(step(columns, null, 'down')).toBe('a');
    expect(step([[], ['x']], 'gone', 'up')).toBe('x');
    expect(step([[], []], null, 'down')).toBeNull();
  });
  it('move within a column and stop at its ends', () => {
    expect(step(columns, 'a', 'down')).toBe('b');
    expect(step(columns, 'a', 'up')).toBe('a');
    expect(step(columns, 'c', 'down')).toBe('c');
  });
  it('cross empty columns and keep to the height as far as there is one', () => {
    expect(step(columns, 'c', 'right')).toBe('x');
    expect(step(columns, 'x', 'left')).toBe('a');
    expect(step(columns, 'x', 'right')).toBe('x');
  });
});
