import { reconnectDelayMs } from './backoff';
import { SseReader, type ServerEvent } from './sse';

/** What the far end answered when the stream was opened. */
export interface OpenedStream {
  status: number;
  pieces: AsyncIterable<string>;
}

export interface StreamHandlers {
  /** Opens the stream behind `after` (null: from now on). Throws where nobody answers. */
  open(after: string | null, signal: AbortSignal): Promise<OpenedStream>;
  event(event: ServerEvent): void;
  /** Something came out of order or cannot be resumed: load everything again. */
  gap(): void;
  /** The server's log does not reach back to where we were, or is another one: ids from before mean nothing any more. */
  reset(): void;
  unauthorised(): void;
  monotonic(): number;
  random(): number;
  changed?(): void;
}

export type StreamPhase = 'stopped' | 'connecting' | 'live';

/** After this long without a working stream the console says so loudly. */
export const lostAfterMs = 3_000;
/** A line on which not even a keep-alive comes counts as dead: the server sends one every two seconds. */
export const silenceLimitMs = 6_000;

const gapStatuses = new Set([409, 410, 412, 416]);

export class LiveStream {
  phase: StreamPhase = 'stopped';
  lastHeardAt: number | null = null;
  private brokenSince: number | null = null;
  private position: string | null = null;
  private failures = 0;
  private attempt: AbortController | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly far: StreamHandlers) {}

  get lastEventId(): string | null {
    return this.position;
  }

  /** Since when the stream has been down, in monotonic milliseconds; null while it is live or not wanted. */
  get downSince(): number | null {
    return this.brokenSince;
  }

  isLost(monotonicNow: number): boolean {
    return this.brokenSince !== null && monotonicNow - this.brokenSince > lostAfterMs;
  }

  start(after: string | null): void {
    const downAlready = this.brokenSince;
    this.stop();
    this.position = after;
    this.brokenSince = downAlready ?? this.far.monotonic();
    this.connect();
  }

  stop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.watchdog);
    this.attempt?.abort();
    this.attempt = null;
    this.brokenSince = null;
    this.failures = 0;
    this.setPhase('stopped');
  }

  /** Tries at once, for example when the officer asks or the network says it is back. */
  hurry(): void {
    if (this.phase === 'connecting' && this.attempt === null) {
      clearTimeout(this.retry);
      this.connect();
    }
  }

  private connect(): void {
    const attempt = new AbortController();
    this.attempt = attempt;
    this.setPhase('connecting');
    this.listenForSilence(attempt);
    void this.run(attempt).then(
      () => this.broken(attempt),
      () => this.broken(attempt),
    );
  }

  private async run(attempt: AbortController): Promise<void> {
    const opened = await this.far.open(this.position, attempt.signal);
    if (attempt.signal.aborted) {
      return;
    }
    if (opened.status === 401) {
      this.stop();
      this.far.unauthorised();
      return;
    }
    if (gapStatuses.has(opened.status)) {
      this.far.gap();
      return;
    }
    if (opened.status !== 200) {
      return;
    }
    const reader = new SseReader();
    for await (const piece of opened.pieces) {
      if (attempt.signal.aborted) {
        return;
      }
      this.heard(attempt);
      reader.push(piece).forEach(event => this.take(event));
    }
  }

  private heard(attempt: AbortController): void {
    this.lastHeardAt = this.far.monotonic();
    this.failures = 0;
    this.brokenSince = null;
    this.listenForSilence(attempt);
    this.setPhase('live');
  }

  private take(event: ServerEvent): void {
    if (event.type === 'reset') {
      this.position = null;
      this.far.reset();
      return;
    }
    if (event.id !== null && event.id !== '') {
      if (this.position !== null && Number(event.id) < Number(this.position)) {
        this.far.gap();
      } else {
        this.position = event.id;
      }
    }
    this.far.event(event);
  }

  private listenForSilence(attempt: AbortController): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      attempt.abort();
      // The line died when it was last heard, not when we noticed.
      this.brokenSince ??= this.lastHeardAt;
      this.broken(attempt);
    }, silenceLimitMs);
  }

  private broken(attempt: AbortController): void {
    if (this.attempt !== attempt) {
      return;
    }
    clearTimeout(this.watchdog);
    this.attempt = null;
    this.brokenSince ??= this.far.monotonic();
    this.setPhase('connecting');
    this.retry = setTimeout(() => this.connect(), reconnectDelayMs(this.failures++, this.far.random()));
  }

  private setPhase(phase: StreamPhase): void {
    this.phase = phase;
    this.far.changed?.();
  }
}
