export type Direction = 'up' | 'down' | 'left' | 'right';

/** The card that an arrow key leads to: up and down within a column, left and right to the same height of the next column that has any. */
export function step(columns: string[][], from: string | null, direction: Direction): string | null {
  const column = columns.findIndex(ids => from !== null && ids.includes(from));
  if (column < 0) {
    return columns.find(ids => ids.length > 0)?.[0] ?? null;
  }
  const ids = columns[column]!;
  const row = ids.indexOf(from!);
  if (direction === 'up' || direction === 'down') {
    return ids[row + (direction === 'down' ? 1 : -1)] ?? from;
  }
  const by = direction === 'right' ? 1 : -1;
  for (let next = column + by; next >= 0 && next < columns.length; next += by) {
    const there = columns[next]!;
    if (there.length > 0) {
      return there[Math.min(row, there.length - 1)]!;
    }
  }
  return from;
}
