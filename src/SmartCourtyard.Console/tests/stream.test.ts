import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarms } from '@/alarm/alarms';
import type { Alarm } from '@/api/types';
import { reconnectDelayMs } from '@/live/backoff';
import { LiveStream, lostAfterMs, silenceLimitMs } from '@/live/stream';
import type { ServerEvent } from '@/live/sse';
import { alarm } from './alarm';
import { FarEnd } from './farEnd';

describe('the live stream', () => {
  let far: FarEnd;
  let stream: LiveStream;
  let events: ServerEvent[];
  let gaps: number;
  let resets: number;
  let refused: number;
  let random: number;

  beforeEach(() => {
    vi.useFakeTimers();
    far = new FarEnd();
    events = [];
    gaps = resets = refused = 0;
    random = 0.5;
    stream = new LiveStream({
      open: far.open,
      event: event => events.push(event),
      gap: () => { gaps++; },
      reset: () => { resets++; },
      unauthorised: () => { refused++; },
      monotonic: () => performance.now(),
      random: () => random,
    });
  });
  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
  });

  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const heard = (): string[] => events.filter(event => event.type === 'alarm').map(event => event.id!);
  const beat = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 2_000) {
      await pass(2_000);
      far.alive();
    }
    await pass(0);
  };

  it('is live once the server has said something, and follows from the list\'s position', async () => {
    stream.start('4');
    expect(stream.phase).toBe('connecting');
    far.log.push(...[3, 4, 5].map(id => ({ id, frame: `id: ${id}\nevent: alarm\ndata: {}\n\n` })));
    await pass(0);
    expect(stream.phase).toBe('live');
    expect(far.openedAfter).toEqual(['4']);
    expect(heard()).toEqual(['5']);
    expect(stream.lastEventId).toBe('5');
  });

  it('misses nothing and hears nothing twice over many cut lines', async () => {
    stream.start('0');
    await pass(0);
    for (let i = 0; i < 50; i++) {
      far.say('alarm', { i });
      await pass(0);
      if (i % 3 === 0) {
        far.cut();
        far.say('alarm', { whileDown: i });
        await pass(6_000);
      }
    }
    expect(heard()).toEqual(far.log.map(event => String(event.id)));
    expect(stream.phase).toBe('live');
  });

  it('asks again for an event that was cut in the middle', async () => {
    stream.start('0');
    await pass(0);
    const frame = 'id: 1\nevent: alarm\ndata: {"a":1}\n\n';
    far.send(frame.slice(0, 20));
    far.log.push({ id: 1, frame });
    far.cut();
    await pass(1_000);
    expect(heard()).toEqual(['1']);
    expect(far.openedAfter).toEqual(['0', '0']);
  });

  it('is not lost during a short break, and is lost after three seconds', async () => {
    stream.start('0');
    await pass(0);
    far.up = false;
    far.cut();
    await pass(lostAfterMs - 100);
    expect(stream.isLost(performance.now())).toBe(false);
    await pass(200);
    expect(stream.isLost(performance.now())).toBe(true);
    far.up = true;
    await pass(6_000);
    expect(stream.isLost(performance.now())).toBe(false);
    expect(stream.downSince).toBeNull();
  });

  it('is lost, too, when it never came up', async () => {
    far.up = false;
    stream.start(null);
    await pass(lostAfterMs + 100);
    expect(stream.isLost(performance.now())).toBe(true);
  });

  it('takes a silent line for dead, counts from when it was last heard, and comes back', async () => {
    stream.start('0');
    await pass(0);
    await beat(20_000);
    expect(stream.phase).toBe('live');
    await pass(silenceLimitMs + 50);
    expect(stream.isLost(performance.now())).toBe(true);
    await pass(1_000);
    expect(stream.phase).toBe('live');
    expect(far.openedAfter).toHaveLength(2);
    expect(far.listeners).toBe(1);
  });

  it('waits longer after each failure, up to five seconds, and less again after a success', async () => {
    far.up = false;
    stream.start('0');
    const times: number[] = [];
    for (let i = 0, seen = 0; i < 300; i++) {
      await pass(100);
      if (far.openedAfter.length > seen) {
        seen = far.openedAfter.length;
        times.push(i * 100);
      }
    }
    const gapsBetween = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.max(...gapsBetween)).toBeLessThanOrEqual(5_100);
    expect(gapsBetween.at(-1)).toBeGreaterThan(gapsBetween[0]!);
    expect(far.openedAfter.length).toBeLessThan(20);
    far.up = true;
    await pass(6_000);
    const before = far.openedAfter.length;
    far.cut();
    await pass(500);
    expect(far.openedAfter.length).toBe(before + 1);
  });

  it.each([409, 410, 412])('asks for the whole list where the server answers %d', async status => {
    far.status = status;
    stream.start('9');
    await pass(0);
    expect(gaps).toBe(1);
    far.status = 200;
    await pass(1_000);
    expect(stream.phase).toBe('live');
  });

  it('says reset where the log is another one, and follows the new numbers', async () => {
    stream.start('500');
    await pass(0);
    expect(resets).toBe(1);
    far.say('alarm', {});
    await pass(0);
    expect(stream.lastEventId).toBe('1');
    far.cut();
    await pass(1_000);
    expect(far.openedAfter).toEqual(['500', '1']);
    expect(resets).toBe(1);
  });

  it('hands on what comes out of order, does not go back, and has the list read again', async () => {
    stream.start('0');
    await pass(0);
    far.send('id: 6\nevent: alarm\ndata: {}\n\n');
    far.send('id: 5\nevent: alarm\ndata: {}\n\n');
    await pass(0);
    expect(heard()).toEqual(['6', '5']);
    expect(stream.lastEventId).toBe('6');
    expect(gaps).toBe(1);
  });

  it('stops and says so where it is no longer known', async () => {
    far.status = 401;
    stream.start('0');
    await pass(30_000);
    expect(refused).toBe(1);
    expect(far.openedAfter).toHaveLength(1);
    expect(stream.isLost(performance.now())).toBe(false);
  });

  it('leaves no line and no timer behind when it is stopped', async () => {
    stream.start('0');
    await pass(0);
    stream.stop();
    await pass(60_000);
    expect(far.listeners).toBe(0);
    expect(far.openedAfter).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries at once when hurried, and only once', async () => {
    random = 1;
    far.up = false;
    stream.start('0');
    await pass(12_000);
    far.up = true;
    const before = far.openedAfter.length;
    stream.hurry();
    stream.hurry();
    await pass(0);
    expect(far.openedAfter.length).toBe(before + 1);
    expect(stream.phase).toBe('live');
  });

  it('ends with the server\'s own picture, whatever the line did meanwhile', async () => {
    const truth = new Map<string, Alarm>();
    const known = new Alarms();
    const follow = new LiveStream({
      open: far.open, gap: () => known.load([...truth.values()], far.position), reset: () => known.forgetOrder(), unauthorised: () => {},
      event: event => { if (event.type === 'alarm') { known.apply(JSON.parse(event.data) as Alarm, Number(event.id)); } },
      monotonic: () => performance.now(), random: () => random,
    });
    far.repeat = 3;
    follow.start('0');
    const states = ['raised', 'acknowledged', 'dispatched', 'on-scene', 'resolved', 'closed'] as const;
    let seed = 7;
    const dice = (sides: number): number => (seed = (seed * 48_271) % 2_147_483_647) % sides;
    for (let i = 0; i < 400; i++) {
      const id = `a${dice(12)}`;
      const next = alarm({ id, state: states[dice(6)]!, occurrences: i });
      truth.set(id, next);
      far.say('alarm', next);
      if (dice(10) === 0) {
        far.cut();
      }
      if (dice(8) === 0 && far.log.length > 2) {
        far.send(far.log[far.log.length - 2]!.frame);
      }
      await pass(dice(4) === 0 ? 3_000 : 1);
    }
    await pass(6_000);
    follow.stop();
    expect(Object.fromEntries(known.all.map(a => [a.id, a.occurrences]))).toEqual(Object.fromEntries([...truth.values()].map(a => [a.id, a.occurrences])));
  });
});

describe('the pause before the next attempt', () => {
  it('lies between half and the whole of its ceiling', () => {
    for (let failures = 0; failures < 40; failures++) {
      const ceiling = reconnectDelayMs(failures, 1);
      expect(ceiling).toBeLessThanOrEqual(5_000);
      expect(reconnectDelayMs(failures, 0)).toBe(Math.round(ceiling / 2));
    }
    expect(reconnectDelayMs(0, 1)).toBe(400);
  });
});
