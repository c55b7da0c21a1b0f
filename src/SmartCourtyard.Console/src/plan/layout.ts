import type { Alarm, Device, Gateway, Trouble } from '@/api/types';
import { byLook, byWorst, concernsCourtyard, keyOf, makeCell, spotOf, yard, type Cell, type Spot } from './cells';

export interface Row {
  /** Null: what names no floor, and all of the yard. */
  floor: number | null;
  /** One a column; null: nothing is known to be there. */
  slots: ReadonlyArray<Cell | null>;
}

export interface UnitPlan {
  /** Null: what belongs to the building as a whole. */
  unit: number | null;
  columns: number;
  rows: readonly Row[];
}

export interface BuildingPlan {
  courtyard: string;
  /** `~` is the yard. */
  id: string;
  name: string | null;
  /** All have the same floors in the same order, from the top. */
  units: readonly UnitPlan[];
  cells: ReadonlyMap<string, Cell>;
  worst: Cell | null;
  alarms: readonly Alarm[];
  /** How many devices are in which state of health. */
  health: Readonly<Record<Device['state'], number>>;
}

export interface CourtyardPlan {
  id: string;
  name: string;
  /** When a gateway that is not heard was heard last; undefined: it is heard; null: it never was. */
  silentSince: string | null | undefined;
  /** Those about the courtyard as a whole. */
  alarms: readonly Alarm[];
  drill: boolean;
  buildings: readonly BuildingPlan[];
}

export interface PlanInput {
  gateways: Iterable<Gateway>;
  devices: Iterable<Device>;
  alarms: Iterable<Alarm>;
  orders: Iterable<Trouble>;
}

/** What one building is made of; while it is the same, so is the plan. */
interface Bucket {
  name: string | null;
  units: number;
  floors: number;
  devices: Device[];
  alarms: Alarm[];
  orders: Trouble[];
}

interface Estate {
  gateway?: Gateway;
  name: string;
  alarms: Alarm[];
  drill: boolean;
  buildings: Map<string, Bucket>;
}

/** More than any house has; a slip in a site file must not hang an officer's browser. */
const mostFloors = 200;
const mostUnits = 60;
const yardColumns = 6;

const collator = new Intl.Collator('zh-CN', { numeric: true });
const natural = (a: string, b: string): number => collator.compare(a, b);

/**
 * What stands above each other: flats whose number differs only by the floor in front of it (301, 401, 1201: 01). A flat whose number does
 * not begin with its floor stands under its own name.
 */
export function columnOf(flat: string, floor: number | null): string {
  const prefix = floor !== null && floor > 0 ? [String(floor).padStart(2, '0'), String(floor)].find(text => flat.startsWith(text) && flat.length > text.length) : undefined;
  return prefix === undefined ? flat : flat.slice(prefix.length);
}

function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const of = key(item);
    const group = groups.get(of);
    if (group) {
      group.push(item);
    } else {
      groups.set(of, [item]);
    }
  }
  return groups;
}

const touches = (order: Trouble, spot: Spot, devices: readonly Device[]): boolean => order.device
  ? devices.some(device => device.id === order.device)
  : order.building === spot.building && (order.unit == null || order.unit === spot.unit);

function cellsOf(courtyard: string, bucket: Bucket): Map<string, Cell> {
  const devices = groupBy(bucket.devices, device => keyOf(spotOf(courtyard, device.at)));
  const alarms = groupBy(bucket.alarms, alarm => keyOf(spotOf(courtyard, alarm.at)));
  const spots = new Map<string, Spot>();
  for (const { at } of [...bucket.devices, ...bucket.alarms]) {
    const spot = spotOf(courtyard, at);
    spots.set(keyOf(spot), spot);
  }
  return new Map([...spots].map(([key, spot]) => {
    const there = devices.get(key) ?? [];
    return [key, makeCell(spot, there, alarms.get(key) ?? [], bucket.orders.filter(order => touches(order, spot, there)))];
  }));
}

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
const known = (values: Array<number | null>): number[] => values.filter(value => value !== null);

/** Puts the cells of one unit into columns: flats above flats, and the common places of the floors in the last one. */
function arrangeUnit(unit: number | null, floors: ReadonlyArray<number | null>, cells: Cell[]): UnitPlan {
  const slots = new Map<string, Cell>();
  const columns = new Set<string>();
  for (const cell of cells) {
    // The common place has the empty name; two flats that would share a place keep their own names.
    const usual = cell.name === null ? '' : columnOf(cell.name, cell.floor);
    const column = slots.has(`${cell.floor} ${usual}`) ? cell.name! : usual;
    columns.add(column);
    slots.set(`${cell.floor} ${column}`, cell);
  }
  const order = [...columns].sort((a, b) => Number(a === '') - Number(b === '') || natural(a, b));
  return {
    unit,
    columns: Math.max(1, order.length),
    rows: floors.map(floor => ({ floor, slots: order.length === 0 ? [null] : order.map(column => slots.get(`${floor} ${column}`) ?? null) })),
  };
}

function arrangeBuilding(bucket: Bucket, cells: Cell[]): UnitPlan[] {
  const floors: Array<number | null> = [...new Set([...range(1, Math.min(bucket.floors, mostFloors)), ...known(cells.map(cell => cell.floor))])].sort((a, b) => b - a);
  if (floors.length === 0 || cells.some(cell => cell.floor === null)) {
    floors.push(null);
  }
  const units: Array<number | null> = [...new Set([...range(1, Math.min(bucket.units, mostUnits)), ...known(cells.map(cell => cell.unit))])].sort((a, b) => a - b);
  if (units.length === 0 || cells.some(cell => cell.unit === null)) {
    units.push(null);
  }
  const byUnit = groupBy(cells, cell => String(cell.unit));
  return units.map(unit => arrangeUnit(unit, floors, byUnit.get(String(unit)) ?? []));
}

/** The yard has no floors: its places stand side by side. */
function arrangeYard(cells: Cell[]): UnitPlan[] {
  const sorted: Array<Cell | null> = cells.sort((a, b) => natural(a.name ?? '', b.name ?? ''));
  const columns = Math.min(yardColumns, sorted.length);
  const rows = range(0, Math.ceil(sorted.length / columns) - 1).map(row =>
    ({ floor: null, slots: range(row * columns, row * columns + columns - 1).map(index => sorted[index] ?? null) }));
  return [{ unit: null, columns, rows }];
}

function build(courtyard: string, id: string, bucket: Bucket): BuildingPlan {
  const cells = cellsOf(courtyard, bucket);
  const list = [...cells.values()];
  const health = { ok: 0, trouble: 0, unobserved: 0, unknown: 0 };
  bucket.devices.forEach(device => { health[device.state]++; });
  return {
    courtyard, id, name: bucket.name, cells, health,
    units: id === yard ? arrangeYard(list) : arrangeBuilding(bucket, list),
    worst: list.sort(byLook)[0] ?? null,
    alarms: [...bucket.alarms].sort(byWorst),
  };
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((item, index) => item === b[index]);
const sameBucket = (a: Bucket, b: Bucket): boolean =>
  a.name === b.name && a.units === b.units && a.floors === b.floors && same(a.devices, b.devices) && same(a.alarms, b.alarms) && same(a.orders, b.orders);

function fill({ gateways, devices, alarms, orders }: PlanInput): Map<string, Estate> {
  const estates = new Map<string, Estate>();
  const estateOf = (id: string, name?: string | null): Estate => {
    let held = estates.get(id);
    if (!held) {
      held = { name: name || id, alarms: [], drill: false, buildings: new Map() };
      estates.set(id, held);
    }
    return held;
  };
  const bucketOf = (courtyard: string, courtyardName: string | null, building: string | null | undefined, name?: string | null): Bucket => {
    const { buildings } = estateOf(courtyard, courtyardName);
    let held = buildings.get(building || yard);
    if (!held) {
      held = { name: name || building || null, units: 0, floors: 0, devices: [], alarms: [], orders: [] };
      buildings.set(building || yard, held);
    }
    return held;
  };
  for (const gateway of gateways) {
    Object.assign(estateOf(gateway.id, gateway.name), { gateway });
    for (const { id, name, units, floors } of gateway.buildings) {
      Object.assign(bucketOf(gateway.id, gateway.name, id, name), { units, floors });
    }
  }
  for (const device of devices) {
    bucketOf(device.courtyard, device.courtyardName, device.at?.building, device.buildingName).devices.push(device);
  }
  for (const alarm of alarms) {
    const list = concernsCourtyard(alarm) ? estateOf(alarm.courtyard, alarm.courtyardName) : bucketOf(alarm.courtyard, alarm.courtyardName, alarm.at?.building, alarm.buildingName);
    list.alarms.push(alarm);
  }
  for (const order of orders) {
    const estate = estates.get(order.courtyard);
    if (estate && order.reason === 'drill') {
      estate.drill = true;
    } else {
      const buckets = [...(estate?.buildings.values() ?? [])];
      const bucket = order.device ? buckets.find(of => of.devices.some(device => device.id === order.device)) : estate?.buildings.get(order.building || yard);
      bucket?.orders.push(order);
    }
  }
  return estates;
}

/**
 * Makes the plan of all courtyards, again and again: buildings of which nothing has changed stay the same object, so that one message
 * draws one building. Courtyards and buildings keep their places, whatever happens in them.
 */
export function planner(): (input: PlanInput) => CourtyardPlan[] {
  let before = new Map<string, { bucket: Bucket; plan: BuildingPlan }>();
  return input => {
    const after: typeof before = new Map();
    // The duty room's own alarms belong to no courtyard.
    const courtyards = [...fill(input)].filter(([, { gateway, buildings }]) => gateway || buildings.size > 0).map(([id, { gateway, name, alarms, drill, buildings }]): CourtyardPlan => ({
      id, name, drill,
      silentSince: !gateway || gateway.state === 'online' ? undefined : gateway.lastHeard,
      alarms: alarms.sort(byWorst),
      buildings: [...buildings].sort(([a, one], [b, other]) => Number(a === yard) - Number(b === yard) || natural(one.name ?? a, other.name ?? b)).map(([building, bucket]) => {
        const key = `${id}/${building}`;
        const held = before.get(key);
        const entry = held && sameBucket(held.bucket, bucket) ? held : { bucket, plan: build(id, building, bucket) };
        after.set(key, entry);
        return entry.plan;
      }),
    }));
    before = after;
    return courtyards.sort((a, b) => natural(a.name, b.name));
  };
}
