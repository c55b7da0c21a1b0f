import { computed, reactive } from 'vue';
import { postOnce, type Outcome } from '@/api/client';
import { kinds, type AlarmKind, type Command, type Device, type ServiceRequest, type Trouble } from '@/api/types';
import { commands, devices, gateways, orders } from '@/live/dutyRoom';
import { say } from '@/shell/notices';
import { where, word } from '@/texts';

/** What people may say of a part of the estate, in the words of the wire. */
export const serviceKinds = ['out-of-service', 'test', 'shelved', 'drill'] as const;
export type ServiceKind = (typeof serviceKinds)[number];

/** An alarm about a life cannot be put aside. */
const lives: readonly AlarmKind[] = ['smoke', 'heat', 'gas', 'carbon-monoxide', 'emergency-call', 'fall'];
export const shelvable = kinds.filter(kind => !lives.includes(kind) && kind !== 'supervision');

/** Classes that guard lives are out of service for one shift at most. */
const guards = ['smoke-detector', 'heat-detector', 'gas-detector', 'co-detector', 'emergency-button', 'fall-detector', 'siren', 'gas-valve'];

/** How long it may last, as offered: in minutes, the usual one first chosen. */
export function presets(kind: ServiceKind, device?: Pick<Device, 'class'>): { minutes: number[]; usual: number } {
  const day = 24 * 60;
  switch (kind) {
    case 'out-of-service': return { minutes: guards.includes(device?.class ?? '') ? [30, 60, 240, 480] : [60, 480, day, 7 * day], usual: 60 };
    case 'shelved': return { minutes: [30, 60, 240, 480], usual: 60 };
    case 'test': return { minutes: [10, 30, 60, 240], usual: 30 };
    case 'drill': return { minutes: [30, 60, 120, 240], usual: 60 };
  }
}

/** What is in force, what ends first at the top; drills before everything, because they are about everything. */
export const inForce = computed(() => [...orders.values()].sort((a, b) =>
  Number(b.reason === 'drill') - Number(a.reason === 'drill') || Date.parse(a.service!.until) - Date.parse(b.service!.until) || a.id.localeCompare(b.id)));
export const drills = computed(() => inForce.value.filter(order => order.reason === 'drill'));

/** Of which devices it is said. */
export function scopeText(order: Pick<Trouble, 'courtyard' | 'device' | 'building' | 'unit'>): string {
  const gateway = gateways.get(order.courtyard);
  const courtyardName = gateway?.name;
  if (order.device) {
    const device = devices.get(`${order.courtyard}/${order.device}`);
    return device ? `${where(device)} · ${device.name || word('class', device.class)}` : order.device;
  }
  const buildingName = gateway?.buildings.find(building => building.id === order.building)?.name;
  return where({ courtyard: order.courtyard, courtyardName, buildingName, at: { building: order.building, unit: order.unit, floor: null, flat: null, place: null } });
}

const path = (courtyard: string): string => `/api/v1/gateways/${encodeURIComponent(courtyard)}/commands`;

async function ask(courtyard: string, body: unknown): Promise<Outcome<Command>> {
  const outcome = await postOnce<Command>(path(courtyard), body);
  if (outcome.ok && !commands.has(outcome.value.id)) {
    // The stream may have been quicker, and knows more.
    commands.set(outcome.value.id, outcome.value);
  }
  return outcome;
}

export const begin = (courtyard: string, service: ServiceRequest): Promise<Outcome<Command>> => ask(courtyard, { command: 'service.begin', service });

/** Orders that somebody here is ending. */
export const ending = reactive(new Set<string>());

export async function end(order: Trouble): Promise<void> {
  if (ending.has(order.id)) {
    return;
  }
  ending.add(order.id);
  const outcome = await ask(order.courtyard, { command: 'service.end', ends: order.id });
  if (!outcome.ok) {
    ending.delete(order.id);
    say({ tone: 'error', what: 'service.end', failure: outcome.failure });
  }
}
