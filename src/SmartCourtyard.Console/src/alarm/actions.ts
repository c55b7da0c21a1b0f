import type { Alarm, AlarmState } from '@/api/types';

export const actions = ['acknowledge', 'dispatch', 'arrive', 'resolve', 'close'] as const;
export type Action = (typeof actions)[number];

const order: readonly AlarmState[] = ['raised', 'acknowledged', 'dispatched', 'on-scene', 'resolved', 'closed'];

export function stateRank(state: AlarmState): number {
  return order.indexOf(state);
}

/** The one thing to do next; null when nothing is left to do. */
export function primaryAction(state: AlarmState): Action | null {
  switch (state) {
    case 'raised': return 'acknowledge';
    case 'acknowledged': return 'dispatch';
    case 'dispatched': return 'arrive';
    case 'on-scene': return 'resolve';
    case 'resolved': return 'close';
    default: return null;
  }
}

/** What else is allowed now: an answered alarm may be settled without sending anybody, and somebody else may be sent. */
export function furtherActions(state: AlarmState): Action[] {
  switch (state) {
    case 'acknowledged': return ['resolve'];
    case 'dispatched': return ['resolve', 'dispatch'];
    case 'on-scene': return ['dispatch'];
    default: return [];
  }
}

/** Whether an alarm may be drawn in full colour: nobody has answered it, it is real, and it is about a life or property. */
export function loud(alarm: Pick<Alarm, 'state' | 'severity' | 'test'>): boolean {
  return alarm.state === 'raised' && !alarm.test && (alarm.severity === 'life' || alarm.severity === 'property');
}

/** Acknowledging and arriving are one click; the others say or ask something first. */
export function needsDialog(action: Action): boolean {
  return action === 'dispatch' || action === 'resolve' || action === 'close';
}

/** Closing while the detector still sees the danger is confirmed by typing the place. */
export function closeNeedsPlace(alarm: Pick<Alarm, 'severity' | 'condition'>): boolean {
  return alarm.severity === 'life' && alarm.condition === 'active';
}
