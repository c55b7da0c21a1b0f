import type { Cell } from './cells';
import type { BuildingPlan } from './layout';

/** One cell as it is drawn, in pixels from the upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Null: nothing is known to be there. */
  cell: Cell | null;
}

export interface Picture {
  width: number;
  height: number;
  boxes: readonly Box[];
  /** The outline of each unit. */
  walls: readonly Omit<Box, 'cell'>[];
}

export interface Scale {
  cellWidth: number;
  cellHeight: number;
}

const wall = 2;
const betweenUnits = 4;
const joint = 1;
/** Smaller than this a mark is not recognised. */
export const markSize = 14;
const widest = 168;
const highest = 96;

const clamp = (low: number, value: number, high: number): number => Math.max(low, Math.min(high, Math.floor(value)));

/** One scale for all buildings of a courtyard: a house of 30 floors stands above one of 6, and each still fits its tile. */
export function scaleOf(buildings: readonly BuildingPlan[]): Scale {
  const rows = Math.max(1, ...buildings.map(building => building.units[0]?.rows.length ?? 1));
  const columns = Math.max(1, ...buildings.map(building => building.units.reduce((sum, unit) => sum + unit.columns, 0)));
  return { cellWidth: clamp(7, widest / columns, 20), cellHeight: clamp(5, highest / rows, 15) };
}

export function pictureOf(building: BuildingPlan, { cellWidth, cellHeight }: Scale): Picture {
  const boxes: Box[] = [];
  const walls: Picture['walls'][number][] = [];
  let left = 0;
  let bottom = 0;
  for (const unit of building.units) {
    unit.rows.forEach((row, line) => row.slots.forEach((cell, column) => boxes.push({
      x: left + wall + column * cellWidth, y: wall + line * cellHeight, width: cellWidth - joint, height: cellHeight - joint, cell,
    })));
    const width = unit.columns * cellWidth + 2 * wall - joint;
    const height = unit.rows.length * cellHeight + 2 * wall - joint;
    walls.push({ x: left, y: 0, width, height });
    left += width + betweenUnits;
    bottom = Math.max(bottom, height);
  }
  return { width: left - betweenUnits, height: bottom, boxes, walls };
}

/** One path for many boxes: a building is a handful of elements, however many flats it has. */
export function pathOf(boxes: readonly Omit<Box, 'cell'>[]): string {
  return boxes.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`).join('');
}

/** Where the mark of an abnormal cell is drawn: on its cell, and large enough to be recognised. */
export function markBox({ x, y, width, height }: Omit<Box, 'cell'>): Omit<Box, 'cell'> {
  const w = Math.max(width, markSize);
  const h = Math.max(height, markSize);
  return { x: x - (w - width) / 2, y: y - (h - height) / 2, width: w, height: h };
}

const within = (box: Omit<Box, 'cell'>, x: number, y: number): boolean => x >= box.x && x <= box.x + box.width + joint && y >= box.y && y <= box.y + box.height + joint;

/** What is drawn at a point; the mark of an alarm lies above its neighbours. */
export function hit(picture: Picture, x: number, y: number): Cell | null {
  const marked = picture.boxes.find(box => box.cell !== null && box.cell.alarms.length > 0 && within(markBox(box), x, y));
  return (marked ?? picture.boxes.find(box => within(box, x, y)))?.cell ?? null;
}
