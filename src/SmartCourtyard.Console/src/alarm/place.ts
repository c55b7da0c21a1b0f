import type { Place } from '@/api/types';

export interface Located {
  at?: Place | null;
  buildingName?: string | null;
  courtyard?: string | null;
  courtyardName?: string | null;
}

/** Puts a place into words, from the largest to the smallest part: 3栋 1单元 301 厨房. A courtyard stands in where nothing finer is known. */
export function placeText(located: Located, unitText: (unit: number) => string): string {
  const at = located.at ?? {};
  const parts = [
    located.buildingName || at.building,
    at.unit != null ? unitText(at.unit) : null,
    at.flat,
    at.place,
  ].filter((part): part is string => !!part);
  return parts.length > 0 ? parts.join(' ') : located.courtyardName || located.courtyard || '';
}

/** What must be typed to confirm: the flat if there is one, else the building, else the courtyard. */
export function placeToType(located: Located): string {
  return located.at?.flat || located.buildingName || located.at?.building || located.courtyardName || located.courtyard || '';
}
