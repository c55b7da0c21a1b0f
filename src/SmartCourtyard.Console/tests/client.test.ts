import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, failureOf, newIdempotencyKey, whenUnauthorised } from '@/api/client';

const answer = (status: number, body: string, headers: Record<string, string> = {}): Response => new Response(body, { status, headers });

describe('a call', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it.each([[401, 'unauthorised'], [403, 'forbidden'], [404, 'not-found'], [409, 'conflict'], [400, 'invalid'], [429, 'busy'], [503, 'busy'], [500, 'server']] as const)(
    'names the reason of %d', (status, failure) => expect(failureOf(status)).toBe(failure));

  it('gives the value and the headers', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(answer(200, '{"items":[]}', { 'X-Stream-Position': '7' })));
    const outcome = await call('GET', '/x');
    expect(outcome).toMatchObject({ ok: true, value: { items: [] } });
    expect(outcome.ok && outcome.headers.get('X-Stream-Position')).toBe('7');
  });

  it('carries the state that a conflict names', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(answer(409, '{"state":"closed"}')));
    expect(await call('POST', '/x', { body: {} })).toMatchObject({ ok: false, failure: 'conflict', problem: { state: 'closed' } });
  });

  it('is offline where nobody answers, where the answer is no JSON, and never throws', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
    expect(await call('GET', '/x')).toMatchObject({ ok: false, failure: 'offline' });
    vi.stubGlobal('fetch', () => Promise.resolve(answer(200, '<html>')));
    expect(await call('GET', '/x')).toMatchObject({ ok: false, failure: 'offline' });
    vi.stubGlobal('fetch', () => Promise.resolve(answer(500, '<html>')));
    expect(await call('GET', '/x')).toMatchObject({ ok: false, failure: 'server', problem: null });
  });

  it('ends after ten seconds also where the answer stops in the middle', async () => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => Promise.resolve(new Response(new ReadableStream({
      start(body) {
        body.enqueue(new TextEncoder().encode('{"items":['));
        init.signal!.addEventListener('abort', () => body.error(new DOMException('aborted', 'AbortError')));
      },
    }))));
    const outcome = call('GET', '/x');
    await vi.advanceTimersByTimeAsync(10_001);
    expect(await outcome).toMatchObject({ ok: false, failure: 'offline' });
  });

  it('tells that the session is over', async () => {
    const told = vi.fn();
    whenUnauthorised(told);
    vi.stubGlobal('fetch', () => Promise.resolve(answer(401, '{}')));
    await call('GET', '/x');
    expect(told).toHaveBeenCalledOnce();
  });

  it('has a new key for each action', () => {
    const keys = new Set(Array.from({ length: 100 }, newIdempotencyKey));
    expect(keys.size).toBe(100);
    expect([...keys].every(key => /^[0-9a-f]{32}$/.test(key))).toBe(true);
  });
});
