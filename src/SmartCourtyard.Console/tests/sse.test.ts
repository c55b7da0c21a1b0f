import { describe, expect, it } from 'vitest';
import { SseReader } from '@/live/sse';

const text = 'id: 7\nevent: alarm\ndata: {"a":1}\n\n: alive\n\nevent: ready\ndata: x\ndata:y\n\nid: 8\n\ndata: plain\n\n';
const whole = [
  { type: 'alarm', data: '{"a":1}', id: '7' },
  { type: 'ready', data: 'x\ny', id: null },
  { type: 'message', data: 'plain', id: null },
];

describe('the event stream\'s reader', () => {
  it('reads events, comments and several data lines', () => {
    expect(new SseReader().push(text)).toEqual(whole);
  });

  it('reads the same however the bytes are cut', () => {
    for (let size = 1; size < 12; size++) {
      const reader = new SseReader();
      const events = [];
      for (let at = 0; at < text.length; at += size) {
        events.push(...reader.push(text.slice(at, at + size)));
      }
      expect(events).toEqual(whole);
    }
  });

  it.each(['\r\n', '\r'])('knows %j as the end of a line, also when it is cut in two', end => {
    const reader = new SseReader();
    const events = [...text.replaceAll('\n', end)].flatMap(piece => reader.push(piece));
    // A lone CR at the very end may still be half of a CRLF; the next byte decides.
    expect([...events, ...reader.push('\n')]).toEqual(whole);
  });

  it('gives nothing for an event that was cut off', () => {
    expect(new SseReader().push('id: 9\nevent: alarm\ndata: {"half":')).toEqual([]);
  });
});
