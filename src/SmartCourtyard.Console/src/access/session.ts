import { ref, shallowRef } from 'vue';
import { call, whenUnauthorised, type Failure } from '@/api/client';
import type { Session } from '@/api/types';
import { sessionExpired, startDutyRoom, stopDutyRoom } from '@/live/dutyRoom';

export const session = shallowRef<Session | null>(null);
/** Whether the server has said who we are, or that it does not know us. */
export const sessionKnown = ref(false);

whenUnauthorised(() => {
  if (session.value) {
    sessionExpired.value = true;
    session.value = null;
    stopDutyRoom();
  }
});

function enter(value: Session): void {
  session.value = value;
  sessionExpired.value = false;
  startDutyRoom();
}

export async function findSession(): Promise<Failure | null> {
  const outcome = await call<Session>('GET', '/api/v1/session');
  if (outcome.ok && outcome.value) {
    enter(outcome.value);
  }
  const failure = outcome.ok ? null : outcome.failure;
  sessionKnown.value = failure === null || failure === 'unauthorised';
  return failure;
}

export async function signIn(user: string, password: string): Promise<Failure | null> {
  const outcome = await call<Session | undefined>('POST', '/api/v1/session', { body: { user, password } });
  if (!outcome.ok) {
    return outcome.failure;
  }
  sessionKnown.value = true;
  enter(outcome.value ?? { user, role: '' });
  return null;
}

export async function signOut(): Promise<void> {
  session.value = null;
  stopDutyRoom();
  await call('DELETE', '/api/v1/session');
}
