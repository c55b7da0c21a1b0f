import { shallowReactive } from 'vue';
import { call, type Failure } from '@/api/client';
import type { CausesReport, ResponseReport } from '@/api/types';

/** A year of a large street may take the duty room a while. */
const limitMs = 60_000;
export const rankLimit = 10;

export interface Reports {
  /** What was asked last, as it stands in the address. */
  query: string;
  response: ResponseReport | null;
  causes: CausesReport | null;
  madeAt: number | null;
  busy: boolean;
  failure: Failure | null;
}

export const newReports = (): Reports => shallowReactive({ query: '', response: null, causes: null, madeAt: null, busy: false, failure: null });

/** Asks for both reports. What is shown stays until the new one is here; an answer that somebody no longer waits for is let go. */
export async function loadReports(into: Reports, query: string, now: () => number): Promise<void> {
  into.query = query;
  into.busy = true;
  const [response, causes] = await Promise.all([
    call<ResponseReport>('GET', `/api/v1/reports/response?${query}`, { limitMs }),
    call<CausesReport>('GET', `/api/v1/reports/causes?${query}&limit=${rankLimit}`, { limitMs }),
  ]);
  if (into.query !== query) {
    return;
  }
  into.busy = false;
  if (response.ok && causes.ok) {
    Object.assign(into, { response: response.value, causes: causes.value, madeAt: now(), failure: null });
  } else {
    into.failure = response.ok ? (causes.ok ? null : causes.failure) : response.failure;
  }
}
