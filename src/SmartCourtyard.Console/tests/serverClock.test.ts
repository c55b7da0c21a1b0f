import { beforeEach, describe, expect, it } from 'vitest';
import { largeOffsetMs, ServerClock } from '@/live/serverClock';

describe('the server\'s clock', () => {
  let monotonic = 0;
  let wall = 0;
  let clock: ServerClock;
  const server = Date.parse('2026-11-22T04:30:00Z');
  const header = (ms: number): string => new Date(ms).toUTCString();

  beforeEach(() => {
    monotonic = 1_000;
    wall = server + 3_600_000;
    clock = new ServerClock(() => monotonic, () => wall);
  });

  it('is the PC\'s until the server has spoken', () => {
    expect(clock.now()).toBe(wall);
    expect(clock.pcAheadMs).toBe(0);
  });

  it('is right on a PC that is an hour fast, and says so', () => {
    clock.observe(header(server), 1_000, 1_020);
    expect(Math.abs(clock.now() - server)).toBeLessThanOrEqual(510);
    expect(clock.pcAheadMs).toBeGreaterThan(3_500_000);
    expect(clock.pcAheadMs).toBeGreaterThan(largeOffsetMs);
  });

  it('runs on by the monotonic clock while the wall clock is set back', () => {
    clock.observe(header(server), 1_000, 1_000);
    const before = clock.now();
    monotonic += 30_000;
    wall -= 86_400_000;
    expect(clock.now() - before).toBe(30_000);
  });

  it('prefers the answer that came quickly', () => {
    clock.observe(header(server), 1_000, 1_010);
    const before = clock.now();
    clock.observe(header(server), 1_000, 3_000);
    expect(clock.now()).toBe(before);
  });

  it('believes a server whose clock was set, at once', () => {
    clock.observe(header(server), 1_000, 1_010);
    clock.observe(header(server + 600_000), 1_000, 1_300);
    expect(Math.abs(clock.now() - (server + 600_000))).toBeLessThan(1_500);
  });

  it('ignores a header that is no date', () => {
    clock.observe('yesterday', 1_000, 1_010);
    clock.observe(null, 1_000, 1_010);
    expect(clock.now()).toBe(wall);
  });
});
