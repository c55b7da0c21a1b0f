import type { Look } from './cells';

/** What stands beside the colour, on a 12 px grid: each look has a shape of its own. */
export const shapes: Partial<Record<Look, string>> = {
  life: 'M6 1 11.500 10.500H.5z',
  property: 'M6 .5 11.500 6 6 11.500.5 6z',
  advisory: 'M6 1a5 5 0 1 0 .01 0z',
  technical: 'M1.500 1.500h9v9h-9z',
  trouble: 'M1.500 3.500 3.500 1.500 6 4 8.500 1.500 10.500 3.500 8 6 10.500 8.500 8.500 10.500 6 8 3.500 10.500 1.500 8.500 4 6z',
  ok: 'M6 4a2 2 0 1 0 .01 0z',
};
