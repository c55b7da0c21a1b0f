import { computed, ref, shallowRef } from 'vue';

interface Sample {
  serverMs: number;
  monotonicMs: number;
  uncertaintyMs: number;
}

const sampleLifeMs = 60_000;
/** From here on the officer is told that the PC's own clock is wrong. */
export const largeOffsetMs = 5_000;

/**
 * The server's time, carried on by the PC's monotonic clock: a wrong or stepped wall clock of the PC shows no wrong ages.
 * The Date header has whole seconds, so a sample stands for the middle of its second and half a second is the least doubt.
 */
export class ServerClock {
  private readonly sample = shallowRef<Sample | null>(null);
  private readonly offset = ref(0);

  constructor(private readonly monotonic: () => number, private readonly wall: () => number) {}

  observe(dateHeader: string | null, sentAt: number, receivedAt: number): void {
    const parsed = dateHeader ? Date.parse(dateHeader) : Number.NaN;
    if (Number.isNaN(parsed)) {
      return;
    }
    const next: Sample = {
      serverMs: parsed + 500,
      monotonicMs: (sentAt + receivedAt) / 2,
      uncertaintyMs: 500 + (receivedAt - sentAt) / 2,
    };
    const held = this.sample.value;
    const stale = held !== null && next.monotonicMs - held.monotonicMs > sampleLifeMs;
    const contradicts = held !== null && Math.abs(this.project(held, next.monotonicMs) - next.serverMs) > held.uncertaintyMs + next.uncertaintyMs;
    if (held === null || stale || contradicts || next.uncertaintyMs < held.uncertaintyMs) {
      this.sample.value = next;
      this.offset.value = this.wall() - this.project(next, this.monotonic());
    }
  }

  now(): number {
    const held = this.sample.value;
    return held === null ? this.wall() : this.project(held, this.monotonic());
  }

  /** How far the PC's wall clock is ahead of the server's (negative: behind). */
  get pcAheadMs(): number {
    return this.offset.value;
  }

  private project(sample: Sample, monotonicMs: number): number {
    return sample.serverMs + (monotonicMs - sample.monotonicMs);
  }
}

export const serverClock = new ServerClock(() => performance.now(), () => Date.now());

const tick = ref(serverClock.now());

/** The server's time, renewed every second, for everything that runs on the screen. */
export const now = computed(() => tick.value);

/** Brings `now` up to date at once, so that a card just drawn does not show an age from before its time. */
export function renewNow(): void {
  tick.value = serverClock.now();
}

export function startTicking(): () => void {
  const timer = setInterval(renewNow, 1000);
  return () => clearInterval(timer);
}
