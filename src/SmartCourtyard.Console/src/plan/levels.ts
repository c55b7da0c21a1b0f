import type { LocationQuery, RouteLocationRaw, RouteParams } from 'vue-router';
import { keyOf, yard, type Cell, type Spot } from './cells';
import type { BuildingPlan, CourtyardPlan, UnitPlan } from './layout';

/** How far one has zoomed in; each part is null above its level. */
export interface Level {
  courtyard: CourtyardPlan | null;
  building: BuildingPlan | null;
  unit: UnitPlan | null;
  cell: Cell | null;
  /** The address names something that is not there. */
  missing: boolean;
}

const none = 'none';
const numberText = (value: number | null): string => (value === null ? none : String(value));
const one = (value: LocationQuery[string] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value) ?? undefined;
const numberOf = (text: string): number | null => (text === none || Number.isNaN(Number(text)) ? null : Number(text));

export const toEstate = (): RouteLocationRaw => ({ name: 'plan' });
export const toCourtyard = (courtyard: string): RouteLocationRaw => ({ name: 'plan', params: { courtyard } });
export const toBuilding = ({ courtyard, id }: Pick<BuildingPlan, 'courtyard' | 'id'>): RouteLocationRaw => ({ name: 'plan', params: { courtyard, building: id } });
export const toUnit = ({ courtyard, id }: Pick<BuildingPlan, 'courtyard' | 'id'>, unit: number | null): RouteLocationRaw =>
  ({ name: 'plan', params: { courtyard, building: id }, query: { unit: numberText(unit) } });
export const toSpot = ({ courtyard, building, unit, floor, name }: Spot): RouteLocationRaw =>
  ({ name: 'plan', params: { courtyard, building: building ?? yard }, query: { unit: numberText(unit), floor: numberText(floor), ...(name === null ? {} : { flat: name }) } });

/** Reads the address; what it names is looked up in the plan as it is now. */
export function levelOf(plan: readonly CourtyardPlan[], params: RouteParams, query: LocationQuery): Level {
  const courtyard = params.courtyard ? plan.find(({ id }) => id === params.courtyard) ?? null : null;
  const building = params.building ? courtyard?.buildings.find(({ id }) => id === params.building) ?? null : null;
  const missing = Boolean((params.courtyard && !courtyard) || (params.building && !building));
  const unitText = one(query.unit);
  if (!building || unitText === undefined) {
    return { courtyard, building, unit: null, cell: null, missing };
  }
  const unit = building.units.find(({ unit: number }) => number === numberOf(unitText)) ?? null;
  const floorText = one(query.floor);
  const key = floorText === undefined || !unit ? null : keyOf({
    courtyard: building.courtyard, building: building.id === yard ? null : building.id, unit: unit.unit, floor: numberOf(floorText), name: one(query.flat) ?? null,
  });
  const cell = key === null ? null : building.cells.get(key) ?? null;
  return { courtyard, building, unit, cell, missing: unit === null || (key !== null && cell === null) };
}

/** One step back towards the whole estate; null: one is there. */
export function above(level: Level, alone: boolean): RouteLocationRaw | null {
  const { courtyard, building, unit, cell } = level;
  if (cell && building && building.units.length > 1) {
    return toUnit(building, cell.unit);
  }
  if ((cell || unit) && building) {
    return toBuilding(building);
  }
  if (building && courtyard && !alone) {
    return toCourtyard(courtyard.id);
  }
  return building || courtyard ? toEstate() : null;
}
