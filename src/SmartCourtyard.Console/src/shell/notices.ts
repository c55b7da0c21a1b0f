import { shallowReactive } from 'vue';
import type { Failure } from '@/api/client';
import type { AlarmState } from '@/api/types';

export interface Notice {
  tone: 'error' | 'done';
  /** Key of the text that names what was tried. */
  what: string;
  failure?: Failure;
  state?: AlarmState | string;
}

const mostAtOnce = 4;
const shownMs = 9_000;

export const notices = shallowReactive<Array<Notice & { id: number }>>([]);
let count = 0;

export function say(notice: Notice): void {
  const id = ++count;
  notices.push({ ...notice, id });
  notices.splice(0, Math.max(0, notices.length - mostAtOnce));
  setTimeout(() => dismiss(id), shownMs);
}

export function dismiss(id: number): void {
  const index = notices.findIndex(notice => notice.id === id);
  if (index >= 0) {
    notices.splice(index, 1);
  }
}
