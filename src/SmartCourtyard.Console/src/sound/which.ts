import type { Alarm } from '@/api/types';

export const sounds = ['life', 'lost', 'property', 'chime'] as const;
export type Sound = (typeof sounds)[number];

/** How long an answered alarm that went off again, and a quiet alarm that is new, are heard. */
export const againMs = 15_000;
export const chimeMs = 2_000;

export interface Hearing {
  open: Alarm[];
  /** Until when (monotonic) an alarm is to be heard although nobody has to answer it. */
  ringing: ReadonlyMap<string, number>;
  streamLost: boolean;
  monotonicNow: number;
}

const loops = (alarm: Alarm): boolean => alarm.state === 'raised' && !alarm.test;

/**
 * Which sound must be heard now. A life that nobody has answered comes before everything; a lost stream before property,
 * because nobody knows what it hides; tests and quiet alarms chime once.
 */
export function soundNow({ open, ringing, streamLost, monotonicNow }: Hearing): Sound | null {
  const rings = (alarm: Alarm): boolean => (ringing.get(alarm.id) ?? 0) > monotonicNow;
  const heard = (severity: string): boolean =>
    open.some(alarm => alarm.severity === severity && (loops(alarm) || (rings(alarm) && !alarm.test)));
  if (heard('life')) {
    return 'life';
  }
  if (streamLost) {
    return 'lost';
  }
  if (open.some(alarm => alarm.severity === 'property' && (loops(alarm) || (rings(alarm) && !alarm.test)))) {
    return 'property';
  }
  return open.some(rings) ? 'chime' : null;
}
