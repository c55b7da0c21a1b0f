import { keyOf, yard, type Cell, type Spot } from './cells';
import type { BuildingPlan } from './layout';

export interface CutoutRow {
  floor: number | null;
  slots: ReadonlyArray<Cell | null>;
}

/** So many columns fit beside the story of an alarm. */
const columnsAtMost = 5;

/**
 * The flat, what is beside it in its unit, and the floor above and the floor below: always three rows (null: the house ends there), so that
 * nothing moves when more becomes known. Places in the yard have no neighbours that could be known.
 */
export function cutoutOf(building: BuildingPlan, spot: Spot): Array<CutoutRow | null> {
  const key = keyOf(spot);
  const cell = building.cells.get(key);
  const unit = building.units.find(({ unit: number }) => number === spot.unit || building.id === yard);
  const line = unit?.rows.findIndex(row => row.slots.some(slot => slot?.key === key)) ?? -1;
  if (!cell || !unit || line < 0) {
    return [];
  }
  if (building.id === yard || spot.floor === null) {
    return [null, { floor: null, slots: [cell] }, null];
  }
  const column = unit.rows[line]!.slots.findIndex(slot => slot?.key === key);
  const from = Math.max(0, Math.min(column - Math.floor(columnsAtMost / 2), unit.columns - columnsAtMost));
  return [line - 1, line, line + 1].map(index => {
    const row = unit.rows[index];
    return row === undefined || row.floor === null ? null : { floor: row.floor, slots: row.slots.slice(from, from + columnsAtMost) };
  });
}
