import { shallowReactive } from 'vue';
import type { Alarm, AlarmEvent } from '@/api/types';

interface Held {
  alarm: Alarm;
  /** Stream id of the last event (or of the list) that set it. */
  version: number;
}

/** What an event changed: nothing, an alarm seen for the first time, an alarm that went off again, or just its state. */
export type Change = 'none' | 'new' | 'again' | 'moved';

const closedKept = 500;

/**
 * The alarms as this console knows them. Events may come twice, late or out of order: each carries the stream's id, and an
 * alarm only ever moves forward in those ids.
 */
export class Alarms {
  private readonly held = shallowReactive(new Map<string, Held>());
  private listPosition = -1;

  get all(): Alarm[] {
    return [...this.held.values()].map(entry => entry.alarm);
  }

  get open(): Alarm[] {
    return this.all.filter(alarm => alarm.state !== 'closed');
  }

  find(id: string): Alarm | undefined {
    return this.held.get(id)?.alarm;
  }

  /** Takes the whole list of open alarms as it was at stream position `position`. */
  load(items: Alarm[], position: number): void {
    const present = new Set(items.map(alarm => alarm.id));
    for (const [id, entry] of this.held) {
      if (!present.has(id) && entry.version <= position) {
        this.held.delete(id);
      }
    }
    for (const alarm of items) {
      const entry = this.held.get(alarm.id);
      if (!entry || entry.version <= position) {
        this.held.set(alarm.id, { alarm, version: position });
      }
    }
    this.listPosition = position;
  }

  /** The ids of another log are coming: what is shown stays until the list says better, and every event counts. */
  forgetOrder(): void {
    this.held.forEach((entry, id) => this.held.set(id, { ...entry, version: -1 }));
    this.listPosition = -1;
  }

  /** Forgets everything, for a new person or a server that began anew. */
  clear(): void {
    this.held.clear();
    this.listPosition = -1;
  }

  apply(event: AlarmEvent, id: number): Change {
    const before = this.held.get(event.id);
    if (id <= Math.max(before?.version ?? -1, this.listPosition)) {
      return 'none';
    }
    const { sound, ...alarm } = event;
    this.held.set(alarm.id, { alarm, version: id });
    this.forgetOldClosed();
    if (alarm.state === 'closed') {
      return 'moved';
    }
    if (!before) {
      return 'new';
    }
    return sound || alarm.occurrences > before.alarm.occurrences ? 'again' : 'moved';
  }

  versionOf(id: string): number | undefined {
    return this.held.get(id)?.version;
  }

  /**
   * Takes the server's answer to a question asked when the alarm was at `askedAt`. If the stream has said something since, the
   * stream is newer. Its event will follow, so the version stays.
   */
  answer(alarm: Alarm, askedAt: number | undefined): void {
    const entry = this.held.get(alarm.id);
    if (entry && entry.version === askedAt) {
      this.held.set(alarm.id, { alarm, version: entry.version });
    }
  }

  private forgetOldClosed(): void {
    const closed = [...this.held].filter(([, entry]) => entry.alarm.state === 'closed');
    closed.slice(0, Math.max(0, closed.length - closedKept)).forEach(([id]) => this.held.delete(id));
  }
}
