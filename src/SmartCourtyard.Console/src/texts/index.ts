import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import { placeText, type Located } from '@/alarm/place';
import { clockText, elapsedText, spanText, type Language } from '@/alarm/time';
import { now } from '@/live/serverClock';
import en from './en.json';
import zh from './zh-CN.json';

const storageKey = 'smartcourtyard.language';

function remembered(): Language {
  try {
    return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: remembered(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en } as Record<string, typeof zh>,
  missingWarn: false,
  fallbackWarn: false,
});

const { t, te } = i18n.global;

export const language = computed<Language>({
  get: () => i18n.global.locale.value as Language,
  set: value => {
    i18n.global.locale.value = value;
    document.documentElement.lang = value;
    try {
      localStorage.setItem(storageKey, value);
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  },
});

/** The text of a word that came over the wire; a word this console does not know yet is shown as it came. */
export function word(group: string, value: string | null | undefined): string {
  if (!value) {
    return '–';
  }
  return te(`${group}.${value}`, 'zh-CN') ? t(`${group}.${value}`) : value;
}

/** Several words of one group in a row: 电量低、信号弱. */
export const words = (group: string, values: readonly string[]): string =>
  values.map(value => word(group, value)).join(language.value === 'zh-CN' ? '、' : ', ');

/** The duty room's own alarms belong to no courtyard. */
const room = 'duty-room';
export const where = (located: Located): string => (located.courtyard === room ? t('presence.room') : placeText(located, unit => t('place.unit', { unit })));
/** What burns, in a word. */
export const kindOf = (alarm: { kind: string; courtyard: string }): string => (alarm.courtyard === room ? t('presence.alarm') : word('kind', alarm.kind));
export const elapsed = (since: string): string => elapsedText(now.value - Date.parse(since), language.value);
export const span = (ms: number): string => spanText(ms, language.value);
export const clock = (at: string | number): string => clockText(at, now.value, language.value);
export const ago = (at: string): string => t('time.ago', { span: span(Math.max(0, now.value - Date.parse(at))) });
