import type { Alarm, TimelineEntry } from '@/api/types';

export interface Chapter extends TimelineEntry {
  sinceRaisedMs: number;
}

/** The timeline in the order in which it happened, each with its time since the alarm was raised. */
export function storyOf(alarm: Pick<Alarm, 'raisedAt' | 'timeline'>): Chapter[] {
  const raised = Date.parse(alarm.raisedAt);
  return (alarm.timeline ?? [])
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => Date.parse(a.entry.at) - Date.parse(b.entry.at) || a.index - b.index)
    .map(({ entry }) => ({ ...entry, sinceRaisedMs: Math.max(0, Date.parse(entry.at) - raised) }));
}
