export type Language = 'zh-CN' | 'en';

const dayMs = 86_400_000;

function parts(ms: number): { days: number; hours: number; minutes: number; seconds: number } {
  const total = Math.max(0, Math.floor(ms / 1000));
  return {
    days: Math.floor(total / 86_400),
    hours: Math.floor((total % 86_400) / 3600),
    minutes: Math.floor((total % 3600) / 60),
    seconds: total % 60,
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A running clock: 0:05, 12:30, 1:02:03, and with days beyond that. */
export function elapsedText(ms: number, language: Language): string {
  const { days, hours, minutes, seconds } = parts(ms);
  if (days > 0) {
    return language === 'zh-CN' ? `${days}天 ${two(hours)}:${two(minutes)}` : `${days} d ${two(hours)}:${two(minutes)}`;
  }
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A span in words, in its largest unit: 45 秒, 3 分钟, 2 小时, 5 天. */
export function spanText(ms: number, language: Language): string {
  const { days, hours, minutes, seconds } = parts(Math.abs(ms));
  const [value, zh, en] =
    days > 0 ? [days, '天', 'd'] : hours > 0 ? [hours, '小时', 'h'] : minutes > 0 ? [minutes, '分钟', 'min'] : [seconds, '秒', 's'];
  return `${value} ${language === 'zh-CN' ? zh : en}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, kind: 'time' | 'day', timeZone?: string): Intl.DateTimeFormat {
  const key = `${language} ${kind} ${timeZone ?? ''}`;
  let held = formats.get(key);
  if (!held) {
    held = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, kind === 'time'
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone }
      : { month: language === 'en' ? 'short' : 'long', day: 'numeric', timeZone });
    formats.set(key, held);
  }
  return held;
}

/** Local time with seconds; the day before it when that is not today. */
export function clockText(at: string | number, nowMs: number, language: Language, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) {
    return '–';
  }
  const time = format(language, 'time', timeZone).format(date);
  const day = format(language, 'day', timeZone);
  const sameDay = Math.abs(nowMs - date.getTime()) < dayMs && day.format(date) === day.format(new Date(nowMs));
  return sameDay ? time : `${day.format(date)} ${time}`;
}
