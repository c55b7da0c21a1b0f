import { describe, expect, it } from 'vitest';
import { clockText, elapsedText, spanText } from '@/alarm/time';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('a running clock', () => {
  it.each([
    [0, '0:00', '0:00'], [5 * second, '0:05', '0:05'], [59_999, '0:59', '0:59'], [3 * minute + 25 * second, '3:25', '3:25'],
    [hour + 2 * minute + 3 * second, '1:02:03', '1:02:03'], [2 * day + 3 * hour + 4 * minute, '2天 03:04', '2 d 03:04'], [-5 * second, '0:00', '0:00'],
  ])('shows %d ms as %s', (ms, zh, en) => {
    expect(elapsedText(ms, 'zh-CN')).toBe(zh);
    expect(elapsedText(ms, 'en')).toBe(en);
  });
});

describe('a span in words', () => {
  it.each([
    [45 * second, '45 秒', '45 s'], [3 * minute + 59 * second, '3 分钟', '3 min'], [2 * hour, '2 小时', '2 h'], [5 * day, '5 天', '5 d'], [-90 * second, '1 分钟', '1 min'],
  ])('says %d ms as %s', (ms, zh, en) => {
    expect(spanText(ms, 'zh-CN')).toBe(zh);
    expect(spanText(ms, 'en')).toBe(en);
  });
});

describe('local time', () => {
  const now = Date.parse('2026-11-22T08:00:00Z');
  it('has seconds and no day where it is today', () => {
    expect(clockText('2026-11-22T04:30:05.123Z', now, 'zh-CN', 'Asia/Shanghai')).toBe('12:30:05');
    expect(clockText('2026-11-22T04:30:05.123Z', now, 'en', 'Asia/Shanghai')).toBe('12:30:05');
  });
  it('names the day where it is another one by local reckoning', () => {
    expect(clockText('2026-11-21T15:59:59Z', now, 'zh-CN', 'Asia/Shanghai')).toBe('11月21日 23:59:59');
    expect(clockText('2026-11-21T15:59:59Z', now, 'en', 'Asia/Shanghai')).toBe('21 Nov 23:59:59');
    expect(clockText('2026-11-21T16:00:00Z', now, 'zh-CN', 'Asia/Shanghai')).toBe('00:00:00');
  });
  it('shows the same day of another year with its day', () => {
    expect(clockText('2025-11-22T04:30:05Z', now, 'zh-CN', 'Asia/Shanghai')).toBe('11月22日 12:30:05');
  });
  it('does not break on what is no time', () => {
    expect(clockText('soon', now, 'en')).toBe('–');
  });
});
