import { shallowRef } from 'vue';
import type { Alarm } from '@/api/types';
import { act } from './act';
import { needsDialog, type Action } from './actions';

export type Asked = Action | 'note';

/** What the officer is being asked about; one question at a time. */
export const asked = shallowRef<{ what: Asked; alarm: Alarm } | null>(null);

export function begin(what: Asked, alarm: Alarm): void {
  if (what === 'note' || needsDialog(what)) {
    asked.value = { what, alarm };
  } else {
    void act(alarm, what);
  }
}
