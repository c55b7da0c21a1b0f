import { describe, expect, it } from 'vitest';
import { severities, states, type Alarm } from '@/api/types';
import { wav } from '@/sound/tones';
import { soundNow, sounds, type Sound } from '@/sound/which';
import { alarm } from './alarm';

const now = 100_000;
const hear = (open: Alarm[], more: { lost?: boolean; ringing?: Array<[string, number]> } = {}): Sound | null =>
  soundNow({ open, streamLost: more.lost ?? false, ringing: new Map(more.ringing ?? []), monotonicNow: now });

describe('what must be heard', () => {
  it('is nothing where nothing is', () => expect(hear([])).toBeNull());

  it('is every unanswered alarm about a life or property, and no other, for as long as it is unanswered', () => {
    for (const severity of severities) {
      for (const state of states) {
        const expected = state === 'raised' && (severity === 'life' || severity === 'property') ? severity : null;
        expect(hear([alarm({ severity, state })]), `${severity} ${state}`).toBe(expected);
      }
    }
  });

  it('is the life before the lost stream, and the lost stream before property', () => {
    const life = alarm();
    const property = alarm({ severity: 'property' });
    expect(hear([property, life], { lost: true })).toBe('life');
    expect(hear([property], { lost: true })).toBe('lost');
    expect(hear([], { lost: true })).toBe('lost');
    expect(hear([property, life])).toBe('life');
  });

  it('is an answered alarm that went off again, for its time', () => {
    const answered = alarm({ id: 'a', state: 'acknowledged' });
    expect(hear([answered], { ringing: [['a', now + 1]] })).toBe('life');
    expect(hear([answered], { ringing: [['a', now]] })).toBeNull();
    expect(hear([alarm({ id: 'p', severity: 'property', state: 'dispatched' })], { ringing: [['p', now + 1]] })).toBe('property');
  });

  it('is one chime for a test or a quiet alarm, never a loop', () => {
    expect(hear([alarm({ id: 't', test: true })])).toBeNull();
    expect(hear([alarm({ id: 't', test: true })], { ringing: [['t', now + 1]] })).toBe('chime');
    expect(hear([alarm({ id: 'n', severity: 'advisory' })], { ringing: [['n', now + 1]] })).toBe('chime');
  });

  it('stops at once when all are answered, and goes on while one is not', () => {
    const [first, second] = [alarm(), alarm()];
    expect(hear([{ ...first, state: 'acknowledged' }, second])).toBe('life');
    expect(hear([{ ...first, state: 'acknowledged' }, { ...second, state: 'acknowledged' }])).toBeNull();
  });

  it('does not outlive an alarm that is gone', () => expect(hear([], { ringing: [['gone', now + 9_999]] })).toBeNull());
});

describe('each sound', () => {
  const pcm = (sound: Sound): Int16Array => new Int16Array(wav(sound).buffer.slice(44));

  it.each(sounds)('%s is a WAV file that is loud, not clipped, and ends softly so that it loops', sound => {
    const file = wav(sound);
    expect(new TextDecoder().decode(file.slice(0, 4))).toBe('RIFF');
    expect(new DataView(file.buffer).getUint32(40, true)).toBe(file.length - 44);
    const samples = pcm(sound);
    const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(peak).toBeGreaterThan(8_000);
    expect(samples.filter(value => Math.abs(value) >= 32_766).length / samples.length).toBeLessThan(0.02);
    expect(Math.abs(samples.at(-1)!)).toBeLessThan(500);
  });

  it('differs from the others, and life sounds for the greatest part of the time', () => {
    const share = (sound: Sound): number => {
      const samples = pcm(sound);
      return samples.filter(value => Math.abs(value) > 1_000).length / samples.length;
    };
    expect(share('life')).toBeGreaterThan(share('property'));
    expect(share('life')).toBeGreaterThan(share('lost'));
    expect(new Set(sounds.map(sound => wav(sound).join())).size).toBe(sounds.length);
  });
});
