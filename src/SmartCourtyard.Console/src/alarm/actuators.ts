import { reactive } from 'vue';
import { postOnce } from '@/api/client';
import type { Alarm } from '@/api/types';
import { say } from '@/shell/notices';

export type Order = 'silence' | 'reassure';

const commands: Record<Order, string> = { silence: 'siren.silence', reassure: 'reassure' };

/** Orders that wait for the server's answer, as `order alarm`. */
export const ordering = reactive(new Set<string>());

/** What the officer may want of the estate for this alarm: its sirens silent, or the lamp at the button saying that somebody is coming. */
export function orders(alarm: Pick<Alarm, 'kind' | 'state'>): Order[] {
  if (alarm.state === 'closed') {
    return [];
  }
  switch (alarm.kind) {
    case 'smoke': case 'heat': case 'gas': case 'carbon-monoxide': return ['silence'];
    case 'emergency-call': case 'fall': return ['reassure'];
    default: return [];
  }
}

/** Tells the gateway; what became of it comes as a notice. */
export async function order(alarm: Alarm, what: Order): Promise<void> {
  const key = `${what} ${alarm.id}`;
  if (ordering.has(key)) {
    return;
  }
  ordering.add(key);
  try {
    const outcome = await postOnce(`/api/v1/gateways/${encodeURIComponent(alarm.courtyard)}/commands`, { command: commands[what], alarmId: alarm.id });
    say(outcome.ok ? { tone: 'done', what: `action.${what}Sent` } : { tone: 'error', what: `action.${what}`, failure: outcome.failure });
  } finally {
    ordering.delete(key);
  }
}
