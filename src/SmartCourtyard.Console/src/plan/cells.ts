import { loud } from '@/alarm/actions';
import { severities, type Alarm, type Device, type Place, type Severity, type Trouble } from '@/api/types';

/** Where something is, as far as the plan tells places apart. What belongs to no building stands in the yard. */
export interface Spot {
  courtyard: string;
  building: string | null;
  unit: number | null;
  floor: number | null;
  /** The flat; in the yard the place; null: the common place of its floor. */
  name: string | null;
}

/** What a cell looks like: the worst that is known of it. `none`: no device there, so nothing is known. */
export const looks = [...severities, 'trouble', 'unobserved', 'unknown', 'ok', 'none'] as const;
export type Look = (typeof looks)[number];

export interface Cell extends Spot {
  key: string;
  devices: readonly Device[];
  /** Open alarms, the worst first. */
  alarms: readonly Alarm[];
  /** What people say of it and is in force: under test, out of service. */
  orders: readonly Trouble[];
  look: Look;
  /** A real alarm about a life or property that nobody has answered. */
  unanswered: boolean;
  /** Something there cannot be heard now; it may stand beside any look. */
  hatched: boolean;
  striped: 'drill' | 'test' | null;
}

export const yard = '~';

export function keyOf(spot: Spot): string {
  return [spot.courtyard, spot.building ?? yard, spot.unit ?? '', spot.floor ?? '', spot.name ?? ''].join('/');
}

export function spotOf(courtyard: string, at: Place | null | undefined): Spot {
  const { building, unit = null, floor = null, flat, place } = at ?? {};
  return building
    ? { courtyard, building, unit, floor, name: flat || null }
    : { courtyard, building: null, unit: null, floor: null, name: place || flat || null };
}

/** A courtyard that fell silent, and whatever else is about a courtyard as a whole. */
export function concernsCourtyard(alarm: Pick<Alarm, 'device' | 'at'>): boolean {
  return !alarm.device && !alarm.at?.building && !alarm.at?.place && !alarm.at?.flat;
}

const rehearsed = (alarm: Alarm): boolean => alarm.test || alarm.drill;

/** Real before drill and test, then by severity, unanswered first, and who has waited longest first. */
export function byWorst(a: Alarm, b: Alarm): number {
  return Number(rehearsed(a)) - Number(rehearsed(b))
    || severities.indexOf(a.severity) - severities.indexOf(b.severity)
    || Number(a.state !== 'raised') - Number(b.state !== 'raised')
    || Date.parse(a.raisedAt) - Date.parse(b.raisedAt)
    || a.id.localeCompare(b.id);
}

const healthLooks: readonly Look[] = ['trouble', 'unobserved', 'unknown', 'ok'];

function lookOf(worst: Alarm | undefined, devices: readonly Device[]): Look {
  return worst?.severity ?? healthLooks.find(look => devices.some(device => device.state === look)) ?? 'none';
}

export function makeCell(spot: Spot, devices: readonly Device[], alarms: readonly Alarm[], orders: readonly Trouble[]): Cell {
  const sorted = [...alarms].sort(byWorst);
  const worst = sorted[0];
  const striped = worst && rehearsed(worst) ? (worst.drill ? 'drill' : 'test') : !worst && orders.some(order => order.reason === 'under-test') ? 'test' : null;
  return {
    ...spot, key: keyOf(spot), devices, alarms: sorted, orders, striped,
    look: lookOf(worst, devices),
    unanswered: sorted.some(loud),
    hatched: devices.some(device => device.state === 'unobserved' || device.state === 'unknown'),
  };
}

/** Whether a cell is about an alarm, and then how severe it is. */
export function severityOf(cell: Pick<Cell, 'look'>): Severity | null {
  return severities.find(severity => severity === cell.look) ?? null;
}

const noAlarm = 2;
const kindOfLook = (cell: Cell): number => (cell.alarms.length === 0 ? noAlarm : Number(cell.striped !== null));

/** The worse of two cells first: real alarms, drills and tests, what is wrong with devices; of two that look alike the one that waits for an answer. */
export function byLook(a: Cell, b: Cell): number {
  return kindOfLook(a) - kindOfLook(b)
    || looks.indexOf(a.look) - looks.indexOf(b.look)
    || Number(b.unanswered) - Number(a.unanswered);
}
