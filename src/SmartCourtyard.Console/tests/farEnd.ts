import type { OpenedStream } from '@/live/stream';

interface Line {
  push(piece: string): void;
  close(): void;
}

/** A duty room that is worse than the real one: it cuts in the middle of an event, repeats itself, swaps, stays silent and refuses. */
export class FarEnd {
  up = true;
  status = 200;
  /** Every event that was ever said, by id. */
  readonly log: Array<{ id: number; frame: string }> = [];
  readonly openedAfter: Array<string | null> = [];
  /** The oldest id it still has; asked to resume from before, it says `reset`. */
  reachesBackTo = 0;
  repeat = 0;
  private lines = new Set<Line>();

  get position(): number {
    return this.log.at(-1)?.id ?? 0;
  }

  get listeners(): number {
    return this.lines.size;
  }

  open = (after: string | null, signal: AbortSignal): Promise<OpenedStream> => {
    this.openedAfter.push(after);
    if (!this.up) {
      return Promise.reject(new TypeError('connection refused'));
    }
    if (this.status !== 200) {
      return Promise.resolve({ status: this.status, pieces: (async function* () {})() });
    }
    return Promise.resolve({ status: 200, pieces: this.serve(after, signal) });
  };

  say(type: string, data: unknown): number {
    const id = this.position + 1;
    const frame = `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    this.log.push({ id, frame });
    this.send(frame);
    return id;
  }

  alive(): void {
    this.send(': alive\n\n');
  }

  send(piece: string): void {
    this.lines.forEach(line => line.push(piece));
  }

  cut(): void {
    this.lines.forEach(line => line.close());
    this.lines.clear();
  }

  private async *serve(after: string | null, signal: AbortSignal): AsyncGenerator<string> {
    const waiting: Array<string | null> = [];
    let wake = (): void => {};
    const line: Line = { push: piece => { waiting.push(piece); wake(); }, close: () => { waiting.push(null); wake(); } };
    this.lines.add(line);
    signal.addEventListener('abort', () => { this.lines.delete(line); line.close(); });
    let from = after === null ? this.position : Number(after);
    if (from < this.reachesBackTo || from > this.position) {
      from = this.position;
      yield `event: reset\ndata: {"position":"${from}"}\n\n`;
    }
    yield* this.log.filter(event => event.id > from - this.repeat && event.id <= this.position).map(event => event.frame);
    yield `id: ${this.position}\nevent: ready\ndata: {}\n\n`;
    while (true) {
      while (waiting.length > 0) {
        const piece = waiting.shift()!;
        if (piece === null) {
          return;
        }
        yield piece;
      }
      await new Promise<void>(resolve => { wake = resolve; });
    }
  }
}
