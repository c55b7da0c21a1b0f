import { serverClock } from '@/live/serverClock';
import type { Problem } from './types';

/** Why a call did not succeed; the same words stand in the texts under `error.*`. */
export type Failure = 'offline' | 'unauthorised' | 'forbidden' | 'not-found' | 'conflict' | 'invalid' | 'busy' | 'server';

export type Outcome<T> =
  | { ok: true; value: T; headers: Headers }
  | { ok: false; failure: Failure; problem: Problem | null };

export interface CallOptions {
  body?: unknown;
  idempotencyKey?: string;
  /** How long the answer may take. */
  limitMs?: number;
}

const timeLimitMs = 10_000;
const onUnauthorised = new Set<() => void>();

/** Told when the server no longer knows who we are. */
export function whenUnauthorised(listener: () => void): void {
  onUnauthorised.add(listener);
}

export function tellUnauthorised(): void {
  onUnauthorised.forEach(listener => listener());
}

export function failureOf(status: number): Failure {
  switch (status) {
    case 401: return 'unauthorised';
    case 403: return 'forbidden';
    case 404: return 'not-found';
    case 409: return 'conflict';
    case 429: case 503: return 'busy';
    default: return status >= 500 ? 'server' : 'invalid';
  }
}

function send(method: string, path: string, options: CallOptions, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  if (options.idempotencyKey) {
    headers['Idempotency-Key'] = options.idempotencyKey;
  }
  return fetch(path, {
    method,
    headers,
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  });
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return null;
  }
}

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Outcome<T>> {
  const sentAt = performance.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), options.limitMs ?? timeLimitMs);
  try {
    const response = await send(method, path, options, limit.signal);
    serverClock.observe(response.headers.get('Date'), sentAt, performance.now());
    if (!response.ok) {
      const failure = failureOf(response.status);
      if (failure === 'unauthorised') {
        tellUnauthorised();
      }
      return { ok: false, failure, problem: await problemOf(response) };
    }
    const text = await response.text();
    return { ok: true, value: (text ? JSON.parse(text) : undefined) as T, headers: response.headers };
  } catch {
    return { ok: false, failure: 'offline', problem: null };
  } finally {
    clearTimeout(timer);
  }
}

/** A random key; `crypto.randomUUID` is missing on plain-http addresses, where many street offices will be. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

const attempts = 3;
const pauseMs = 700;

/** Posts until somebody answers, a few times. One key for all attempts: the server does it once, however often the answer gets lost. */
export async function postOnce<T>(path: string, body: unknown): Promise<Outcome<T>> {
  const idempotencyKey = newIdempotencyKey();
  for (let attempt = 1; ; attempt++) {
    const outcome = await call<T>('POST', path, { body, idempotencyKey });
    const passing = !outcome.ok && (outcome.failure === 'offline' || outcome.failure === 'busy');
    if (!passing || attempt === attempts) {
      return outcome;
    }
    await new Promise(resolve => setTimeout(resolve, pauseMs * attempt));
  }
}
