import { computed } from 'vue';
import { devices, gateways, openAlarms, orders } from '@/live/dutyRoom';
import { keyOf, yard, type Cell, type Spot } from './cells';
import { planner, type BuildingPlan } from './layout';

const make = planner();

/** The plan of everything that this console knows, as it is now. */
export const plan = computed(() => make({ gateways: gateways.values(), devices: devices.values(), alarms: openAlarms.value, orders: orders.values() }));

export function buildingAt({ courtyard, building }: Spot): BuildingPlan | null {
  return plan.value.find(({ id }) => id === courtyard)?.buildings.find(({ id }) => id === (building ?? yard)) ?? null;
}

export function cellAt(spot: Spot): Cell | null {
  return buildingAt(spot)?.cells.get(keyOf(spot)) ?? null;
}
