import { describe, expect, it } from 'vitest';
import { Alarms } from '@/alarm/alarms';
import { alarm } from './alarm';

describe('the alarms a console knows', () => {
  it('take an event once, however often it comes', () => {
    const alarms = new Alarms();
    const event = { ...alarm({ id: 'a' }), sound: true };
    expect(alarms.apply(event, 5)).toBe('new');
    expect(alarms.apply(event, 5)).toBe('none');
    expect(alarms.open).toHaveLength(1);
  });

  it('do not carry the order to sound into the alarm', () => {
    const alarms = new Alarms();
    alarms.apply({ ...alarm({ id: 'a' }), sound: true }, 1);
    expect(alarms.find('a')).not.toHaveProperty('sound');
  });

  it('never go back to an older event', () => {
    const alarms = new Alarms();
    alarms.apply(alarm({ id: 'a', state: 'acknowledged' }), 6);
    expect(alarms.apply(alarm({ id: 'a', state: 'raised' }), 5)).toBe('none');
    expect(alarms.find('a')?.state).toBe('acknowledged');
  });

  it('do go back in state where the server says so: an alarm that was done with went off again', () => {
    const alarms = new Alarms();
    alarms.apply(alarm({ id: 'a', state: 'resolved' }), 5);
    expect(alarms.apply({ ...alarm({ id: 'a', state: 'raised', occurrences: 2 }), sound: true }, 6)).toBe('again');
    expect(alarms.find('a')?.state).toBe('raised');
  });

  it('tell a new occurrence from a mere move', () => {
    const alarms = new Alarms();
    alarms.apply(alarm({ id: 'a' }), 1);
    expect(alarms.apply(alarm({ id: 'a', state: 'acknowledged' }), 2)).toBe('moved');
    expect(alarms.apply(alarm({ id: 'a', state: 'acknowledged', occurrences: 2 }), 3)).toBe('again');
  });

  it('drop what the list no longer has, unless the stream knows better', () => {
    const alarms = new Alarms();
    alarms.load([alarm({ id: 'gone' }), alarm({ id: 'kept' })], 10);
    alarms.apply(alarm({ id: 'younger' }), 12);
    alarms.load([alarm({ id: 'kept', state: 'acknowledged' })], 11);
    expect(alarms.open.map(a => a.id).sort()).toEqual(['kept', 'younger']);
    expect(alarms.find('kept')?.state).toBe('acknowledged');
  });

  it('keep what the stream said after the list was made', () => {
    const alarms = new Alarms();
    alarms.apply(alarm({ id: 'a', state: 'dispatched' }), 12);
    alarms.load([alarm({ id: 'a', state: 'acknowledged' })], 11);
    expect(alarms.find('a')?.state).toBe('dispatched');
  });

  it('are not raised from the dead by a late repetition', () => {
    const alarms = new Alarms();
    alarms.apply(alarm({ id: 'a' }), 1);
    alarms.apply(alarm({ id: 'a', state: 'closed' }), 2);
    alarms.load([], 2);
    expect(alarms.apply(alarm({ id: 'a' }), 1)).toBe('none');
    expect(alarms.open).toEqual([]);
  });

  it('take the answer to an action, unless the stream has said something since', () => {
    const alarms = new Alarms();
    alarms.apply(alarm({ id: 'a' }), 1);
    const askedAt = alarms.versionOf('a');
    alarms.answer(alarm({ id: 'a', state: 'acknowledged' }), askedAt);
    expect(alarms.find('a')?.state).toBe('acknowledged');
    alarms.apply(alarm({ id: 'a', state: 'dispatched' }), 3);
    alarms.answer(alarm({ id: 'a', state: 'acknowledged' }), askedAt);
    expect(alarms.find('a')?.state).toBe('dispatched');
  });

  it('keep showing what they had while the numbers begin anew, and let every event count', () => {
    const alarms = new Alarms();
    alarms.load([alarm({ id: 'a' })], 900);
    alarms.forgetOrder();
    expect(alarms.open).toHaveLength(1);
    expect(alarms.apply(alarm({ id: 'a', state: 'acknowledged' }), 3)).toBe('moved');
    alarms.load([], 4);
    expect(alarms.open).toEqual([]);
  });

  it('do not remember closed alarms without end', () => {
    const alarms = new Alarms();
    for (let i = 0; i < 2_000; i++) {
      alarms.apply(alarm({ id: `a${i}`, state: 'closed' }), i);
    }
    expect(alarms.all.length).toBeLessThanOrEqual(500);
  });
});
