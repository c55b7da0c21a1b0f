import { describe, expect, it } from 'vitest';
import { closeNeedsPlace, furtherActions, loud, needsDialog, primaryAction } from '@/alarm/actions';
import { placeText, placeToType } from '@/alarm/place';
import { storyOf } from '@/alarm/story';
import { severities, states } from '@/api/types';
import { alarm } from './alarm';

describe('what comes next', () => {
  it('follows raised, acknowledged, dispatched, on-scene, resolved, closed', () => {
    expect(states.map(primaryAction)).toEqual(['acknowledge', 'dispatch', 'arrive', 'resolve', 'close', null]);
  });

  it('offers nothing beside the acknowledgement while nobody has answered, and nothing after the end', () => {
    expect(furtherActions('raised')).toEqual([]);
    expect(furtherActions('closed')).toEqual([]);
  });

  it('lets an answered alarm be settled without sending anybody, and somebody else be sent', () => {
    expect(furtherActions('acknowledged')).toContain('resolve');
    expect(furtherActions('dispatched')).toContain('dispatch');
    expect(furtherActions('on-scene')).toContain('dispatch');
  });

  it('is one click where a second counts, and asks where something must be said', () => {
    expect(needsDialog('acknowledge')).toBe(false);
    expect(needsDialog('arrive')).toBe(false);
    expect(['dispatch', 'resolve', 'close'].every(action => needsDialog(action as 'close'))).toBe(true);
  });

  it('asks for the place before a life is closed on while the detector still sees it', () => {
    expect(closeNeedsPlace(alarm())).toBe(true);
    expect(closeNeedsPlace(alarm({ condition: 'cleared' }))).toBe(false);
    expect(closeNeedsPlace(alarm({ severity: 'property' }))).toBe(false);
  });

  it('is drawn loudly only where it is real, unanswered, and about a life or property', () => {
    const drawn = severities.filter(severity => loud(alarm({ severity })));
    expect(drawn).toEqual(['life', 'property']);
    expect(loud(alarm({ test: true }))).toBe(false);
    expect(loud(alarm({ state: 'acknowledged' }))).toBe(false);
  });
});

describe('a place', () => {
  const unit = (value: number): string => `${value}单元`;
  it('is read from the largest to the smallest', () => expect(placeText(alarm(), unit)).toBe('3栋 1单元 301 厨房'));
  it('falls back to ids where there are no names', () => expect(placeText(alarm({ buildingName: null }), unit)).toBe('b03 1单元 301 厨房'));
  it('is the courtyard where nothing finer is known', () => {
    expect(placeText(alarm({ at: {}, buildingName: null }), unit)).toBe('富康花园小区');
    expect(placeText(alarm({ at: {}, buildingName: null, courtyardName: null }), unit)).toBe('fukang-garden');
  });
  it('leaves out what is not known', () => expect(placeText({ at: { building: null, unit: null, place: '中心广场' } }, unit)).toBe('中心广场'));
  it('always has something to type', () => {
    expect(placeToType(alarm())).toBe('301');
    expect(placeToType(alarm({ at: { building: 'b03' } }))).toBe('3栋');
    expect(placeToType(alarm({ at: {}, buildingName: null }))).toBe('富康花园小区');
  });
});

describe('the story', () => {
  it('is in the order of what happened, with the time since the alarm was raised', () => {
    const story = storyOf(alarm({
      timeline: [
        { at: '2026-11-22T04:30:09.000Z', what: 'acknowledged', by: '王芳', note: null },
        { at: '2026-11-22T04:30:00.000Z', what: 'raised', by: null, note: null },
        { at: '2026-11-22T04:29:59.000Z', what: 'stored', by: null, note: null },
      ],
    }));
    expect(story.map(chapter => [chapter.what, chapter.sinceRaisedMs])).toEqual([['stored', 0], ['raised', 0], ['acknowledged', 9_000]]);
  });
});
