import type { DayCount } from '@/api/types';
import { i18n, language } from '@/texts';
import { midnight } from './span';

const { t } = i18n.global;

/** How long something took, to two units: 3.4 s, 4 min 12 s, 2 h 5 min, 3 d 4 h. */
export function tookText(seconds: number | null | undefined): string {
  if (seconds == null) {
    return '–';
  }
  if (seconds < 59.95) {
    return t('reports.seconds', { seconds: seconds < 10 ? seconds.toFixed(1) : String(Math.round(seconds * 10) / 10) });
  }
  const whole = Math.round(seconds);
  const [days, hours, minutes, rest] = [Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (days > 0) {
    return t('reports.days', { days, hours });
  }
  return hours > 0 ? t('reports.hours', { hours, minutes }) : rest > 0 ? t('reports.minutesSeconds', { minutes, seconds: rest }) : t('reports.minutes', { minutes });
}

/** A part of a whole in percent. What is not all is never shown as 100 %, and what is not nothing never as 0. */
export function percentText(part: number, whole: number): string {
  if (whole === 0) {
    return '–';
  }
  const exact = (part / whole) * 100;
  const shown = part === whole ? 100 : part === 0 ? 0 : Math.min(99.9, Math.max(0.1, Math.round(exact * 10) / 10));
  return t('unit.percent', { value: Number.isInteger(shown) ? shown : shown.toFixed(1) });
}

/** A day as people write it. */
export function dayText(day: string, withYear = false): string {
  const at = midnight(day);
  return at ? new Intl.DateTimeFormat(language.value === 'en' ? 'en-GB' : language.value, { year: withYear ? 'numeric' : undefined, month: language.value === 'en' ? 'short' : 'long', day: 'numeric' }).format(at) : day;
}

export interface Bar {
  first: string;
  last: string;
  alarms: number;
  life: number;
}

/** So many bars can be told from each other on a phone; what is longer is shown by weeks. */
const mostBars = 92;

export function barsOf(days: readonly DayCount[]): Bar[] {
  const width = days.length > mostBars ? 7 : 1;
  const bars: Bar[] = [];
  days.forEach((day, i) => {
    if (i % width === 0) {
      bars.push({ first: day.date, last: day.date, alarms: 0, life: 0 });
    }
    const bar = bars.at(-1)!;
    bar.last = day.date;
    bar.alarms += day.alarms;
    bar.life += day.life;
  });
  return bars;
}

/** The upper end of the scale, so that half of it is a whole number: 2, 4, 6, 8, 10, 20, 40 and so on. */
export function scaleOf(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [2, 4, 6, 8, 10]) {
      if (step * power >= most) {
        return step * power;
      }
    }
  }
}

export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
