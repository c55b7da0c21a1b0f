import { reactive } from 'vue';
import { call, postOnce, type Outcome } from '@/api/client';
import type { Alarm, ResolveCause, Tier } from '@/api/types';
import { alarms, heard } from '@/live/dutyRoom';
import { say } from '@/shell/notices';
import type { Action } from './actions';

export interface ActionBody {
  note?: string;
  to?: string;
  deadline?: string;
  tier?: Tier;
  cause?: ResolveCause;
}

/** Alarms that wait for the server's answer. */
export const busy = reactive(new Set<string>());

const post = (id: string, what: Action | 'note', body: ActionBody): Promise<Outcome<Alarm | undefined>> =>
  postOnce(`/api/v1/alarms/${encodeURIComponent(id)}/${what}`, body);

/** Does what the officer asked; true when the server has stored it. A conflict shows the state the alarm is really in. */
export async function act(alarm: Alarm, what: Action | 'note', body: ActionBody = {}): Promise<boolean> {
  if (busy.has(alarm.id)) {
    return false;
  }
  busy.add(alarm.id);
  const known = alarms.versionOf(alarm.id);
  try {
    const outcome = await post(alarm.id, what, body);
    if (outcome.ok) {
      heard(alarm.id);
      if (outcome.value?.id === alarm.id) {
        alarms.answer(outcome.value, known);
      }
      return true;
    }
    if (outcome.failure === 'conflict') {
      await refresh(alarm.id);
    }
    say({ tone: 'error', what: `action.${what}`, failure: outcome.failure, state: outcome.problem?.state ?? alarms.find(alarm.id)?.state });
    return false;
  } finally {
    busy.delete(alarm.id);
  }
}

async function refresh(id: string): Promise<void> {
  const known = alarms.versionOf(id);
  const outcome = await call<Alarm>('GET', `/api/v1/alarms/${encodeURIComponent(id)}`);
  if (outcome.ok) {
    alarms.answer(outcome.value, known);
  }
}
