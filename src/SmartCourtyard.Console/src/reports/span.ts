/** Which days a report is about; `own` are those that somebody chose. */
export const choices = ['7', '30', 'month', 'own'] as const;
export type Choice = (typeof choices)[number];

/** Whole days in the browser's time zone, as a date field has them: 2026-11-22. The last one is included. */
export interface Days {
  first: string;
  last: string;
}

export const mostDays = 366;
const dayMs = 86_400_000;
const two = (value: number): string => String(value).padStart(2, '0');

export function dayOf(date: Date): string {
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The first moment of a day; null where it is none. */
export function midnight(day: string, plusDays = 0): Date | null {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (!year) {
    return null;
  }
  const at = new Date(Number(year), Number(month) - 1, Number(date) + plusDays);
  return Number.isNaN(at.getTime()) || (plusDays === 0 && dayOf(at) !== day) ? null : at;
}

/** The days of a choice other than one's own, today included. */
export function daysOf(choice: Exclude<Choice, 'own'>, nowMs: number): Days {
  const today = new Date(nowMs);
  const first = choice === 'month'
    ? new Date(today.getFullYear(), today.getMonth(), 1)
    : new Date(today.getFullYear(), today.getMonth(), today.getDate() - Number(choice) + 1);
  return { first: dayOf(first), last: dayOf(today) };
}

/** What is wrong with days that somebody chose; the word stands in the texts under `reports.wrong-…`. Null where nothing is. */
export function wrongWith({ first, last }: Days): 'missing' | 'order' | 'long' | null {
  const [from, to] = [midnight(first), midnight(last)];
  if (!from || !to) {
    return 'missing';
  }
  if (from > to) {
    return 'order';
  }
  return Math.round((to.getTime() - from.getTime()) / dayMs) + 1 > mostDays ? 'long' : null;
}

/** What the reports are asked for. */
export function queryOf({ first, last }: Days, courtyard: string, zone: string): URLSearchParams {
  const query = new URLSearchParams({ from: midnight(first)!.toISOString(), to: midnight(last, 1)!.toISOString(), zone });
  if (courtyard) {
    query.set('courtyard', courtyard);
  }
  return query;
}
