import type { Alarm } from '@/api/types';

let count = 0;

/** An alarm as the duty room would send it, with what a test cares about. */
export function alarm(over: Partial<Alarm> = {}): Alarm {
  count++;
  return {
    id: `alarm-${String(count).padStart(4, '0')}`, courtyard: 'fukang-garden', kind: 'smoke', severity: 'life', device: 'b03-u1-301-smoke',
    at: { building: 'b03', unit: 1, floor: 3, flat: '301', place: '厨房' }, cause: null, state: 'raised', condition: 'active', clock: 'synchronised',
    raisedAt: '2026-11-22T04:30:00.000Z', receivedAt: '2026-11-22T04:30:00.100Z', clearedAt: null, late: false, test: false, drill: false, confirmed: false, spread: false, occurrences: 1,
    shownAt: null, acknowledgedBy: null, acknowledgedAt: null, dispatchedTo: null, resolution: null, tier: 'street', deadline: null,
    courtyardName: '富康花园小区', buildingName: '3栋', deviceName: '厨房烟感', hint: null, proof: false, asked: false, escalated: null, escalatedAt: null, timeline: [], ...over,
  };
}
