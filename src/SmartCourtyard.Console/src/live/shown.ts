import { call } from '@/api/client';
import type { Alarm } from '@/api/types';

const told = new Set<string>();
const waiting = new Map<Element, Alarm>();
const retryMs = 3_000;
const attempts = 20;

async function tell(id: string): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const outcome = await call('POST', `/api/v1/alarms/${encodeURIComponent(id)}/shown`, { body: {} });
    if (outcome.ok || !['offline', 'busy', 'server'].includes(outcome.failure)) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, retryMs));
  }
  told.delete(id);
}

function check(): void {
  if (document.visibilityState === 'visible') {
    for (const element of waiting.keys()) {
      // Observing anew makes the observer say again where the element stands.
      observer?.unobserve(element);
      observer?.observe(element);
    }
  }
}

const observer = typeof IntersectionObserver === 'undefined' ? null : new IntersectionObserver(entries => {
  for (const entry of entries) {
    const alarm = waiting.get(entry.target);
    if (alarm && entry.isIntersecting && document.visibilityState === 'visible') {
      forget(entry.target);
      if (!told.has(alarm.id)) {
        told.add(alarm.id);
        // Two frames later the card has really been painted.
        requestAnimationFrame(() => requestAnimationFrame(() => void tell(alarm.id)));
      }
    }
  }
}, { threshold: 0.25 });

document.addEventListener('visibilitychange', check);

/** Receipt 2: tells the duty room once the card really stands on a screen somebody can see. */
export function reportWhenShown(element: Element, alarm: Alarm): void {
  if (!alarm.shownAt && !told.has(alarm.id)) {
    waiting.set(element, alarm);
    observer?.observe(element);
  }
}

export function forget(element: Element): void {
  waiting.delete(element);
  observer?.unobserve(element);
}
