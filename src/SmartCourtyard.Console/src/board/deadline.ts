import { computed, type ComputedRef } from 'vue';
import type { Alarm } from '@/api/types';
import { now } from '@/live/serverClock';

/** How long an alarm has until its deadline, in milliseconds (negative: overdue), and which share of the whole span that is. */
export function useDeadline(alarm: () => Alarm): { left: ComputedRef<number>; share: ComputedRef<number> } {
  const due = computed(() => Date.parse(alarm().deadline ?? ''));
  const start = computed(() => {
    const sent = alarm().timeline.filter(entry => entry.what === 'dispatched').at(-1)?.at;
    return Date.parse(sent ?? alarm().acknowledgedAt ?? alarm().receivedAt);
  });
  const left = computed(() => due.value - now.value);
  const share = computed(() => Math.max(0, Math.min(1, left.value / Math.max(1, due.value - start.value))));
  return { left, share };
}
