import { computed, ref, shallowRef } from 'vue';
import { call, whenUnauthorised, type Failure } from '@/api/client';
import type { Session } from '@/api/types';
import { sessionExpired, startDutyRoom, stopDutyRoom } from '@/live/dutyRoom';
import { serverClock } from '@/live/serverClock';

export const session = shallowRef<Session | null>(null);
/** When this person signed in at this console; null where that was before the page was loaded anew elsewhere. */
export const onDutySince = ref<number | null>(null);
export const mayAct = computed(() => session.value?.roles.some(role => role === 'operator' || role === 'admin') ?? false);
/** May read the site file again and change devices. */
export const mayService = computed(() => session.value?.roles.some(role => role === 'technician' || role === 'admin') ?? false);

const sinceKey = 'smartcourtyard.since';
/** Whether the server has said who we are, or that it does not know us. */
export const sessionKnown = ref(false);

whenUnauthorised(() => {
  if (session.value) {
    sessionExpired.value = true;
    session.value = null;
    stopDutyRoom();
  }
});

function remember(user: string, since: number | null): number | null {
  try {
    if (since !== null) {
      sessionStorage.setItem(sinceKey, `${since} ${user}`);
    }
    const [at, ...name] = (sessionStorage.getItem(sinceKey) ?? '').split(' ');
    return name.join(' ') === user && at ? Number(at) : null;
  } catch {
    return since;
  }
}

function enter(value: Session, since: number | null): void {
  session.value = value;
  onDutySince.value = remember(value.user, since);
  sessionExpired.value = false;
  startDutyRoom();
}

export async function findSession(): Promise<Failure | null> {
  const outcome = await call<Session>('GET', '/api/v1/session');
  if (outcome.ok && outcome.value) {
    enter(outcome.value, null);
  }
  const failure = outcome.ok ? null : outcome.failure;
  sessionKnown.value = failure === null || failure === 'unauthorised';
  return failure;
}

export async function signIn(user: string, password: string): Promise<Failure | null> {
  const outcome = await call<Session>('POST', '/api/v1/session', { body: { user, password } });
  if (!outcome.ok) {
    return outcome.failure;
  }
  sessionKnown.value = true;
  enter(outcome.value, serverClock.now());
  return null;
}

export async function signOut(): Promise<void> {
  session.value = null;
  stopDutyRoom();
  await call('DELETE', '/api/v1/session');
}
