import type { Direction } from '@/board/keyboard';
import type { BuildingPlan, UnitPlan } from './layout';

export const directions: Record<string, Direction> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };

/** The cells as they stand: a row a floor, all units side by side. */
export function matrixOf(units: readonly UnitPlan[]): Array<Array<string | null>> {
  return (units[0]?.rows ?? []).map((_, line) => units.flatMap(unit => unit.rows[line]!.slots.map(cell => cell?.key ?? null)));
}

/**
 * The cell that an arrow key leads to: the next one in its row; in its column, or where that has none, the nearest one of the next row that has
 * any. At the edge one stays.
 */
export function step(matrix: ReadonlyArray<ReadonlyArray<string | null>>, from: string | null, direction: Direction): string | null {
  const line = matrix.findIndex(row => from !== null && row.includes(from));
  if (line < 0) {
    return matrix.flat().find(key => key !== null) ?? null;
  }
  const row = matrix[line]!;
  const column = row.indexOf(from);
  if (direction === 'left' || direction === 'right') {
    const beside = direction === 'right' ? row.slice(column + 1) : row.slice(0, column).reverse();
    return beside.find(key => key !== null) ?? from;
  }
  const beyond = direction === 'down' ? matrix.slice(line + 1) : matrix.slice(0, line).reverse();
  const straight = beyond.find(other => other[column] !== null)?.[column];
  const any = beyond.find(other => other.some(key => key !== null));
  return straight ?? (any ? nearest(any, column) : from);
}

function nearest(row: ReadonlyArray<string | null>, column: number): string | null {
  const filled = row.flatMap((key, index) => (key === null ? [] : [{ key, away: Math.abs(index - column) }]));
  return filled.sort((a, b) => a.away - b.away)[0]?.key ?? null;
}

/** Where the keyboard begins in a building: at what is worst, else at the first cell. */
export function firstOf(building: BuildingPlan, units: readonly UnitPlan[]): string | null {
  const keys = matrixOf(units).flat().filter(key => key !== null);
  return keys.find(key => key === building.worst?.key && building.worst.alarms.length > 0) ?? keys[0] ?? null;
}
