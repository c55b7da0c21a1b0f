import { serverClock } from './serverClock';
import type { OpenedStream } from './stream';

async function* decode(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      yield decoder.decode(part.value, { stream: true });
    }
  } finally {
    reader.releaseLock();
  }
}

export async function openStream(after: string | null, signal: AbortSignal): Promise<OpenedStream> {
  const sentAt = performance.now();
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (after !== null) {
    headers['Last-Event-ID'] = after;
  }
  const response = await fetch('/api/v1/stream', { headers, signal, cache: 'no-store', credentials: 'same-origin' });
  serverClock.observe(response.headers.get('Date'), sentAt, performance.now());
  return { status: response.status, pieces: response.body ? decode(response.body) : (async function* () {})() };
}
