// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Gateway, Trouble } from '@/api/types';
import CustodyList from '@/devices/CustodyList.vue';
import { faults, gateways } from '@/live/dutyRoom';
import { i18n, language } from '@/texts';

function show(over: Partial<Gateway> & Pick<Gateway, 'custody'>, trouble?: Partial<Trouble>): string {
  gateways.clear();
  faults.clear();
  gateways.set('g', { id: 'g', name: '富康花园小区', state: 'online', missing: 0, queued: 0, ...over } as Gateway);
  if (trouble) {
    faults.set('t', { id: 't', courtyard: 'g', device: null, raisedAt: '2026-11-22T04:30:00Z', detail: null, ...trouble } as Trouble);
  }
  return mount(CustodyList, { global: { plugins: [i18n] } }).get('[data-testid=custody]').text();
}

const custody = { expected: '21', seen: 12, late: 5, lastLate: null, double: 2, gaps: [], skipped: 0 };

beforeEach(() => { language.value = 'zh-CN'; });

describe('what came of a gateway\'s events', () => {
  it('is said in plain words, in both languages', () => {
    expect(show({ custody })).toContain('富康花园小区：迟到 5，丢失 0，重复 2');
    language.value = 'en';
    expect(show({ custody })).toContain('late 5, lost 0, double 2');
  });

  it('names the numbers that are missing', () => {
    const text = show({ missing: 9, custody: { ...custody, gaps: [{ first: '7', last: '7' }, { first: '10', last: '17' }] } });
    expect(text).toContain('丢失 9');
    expect(text).toContain('缺第 7, 10 至 17 号事件');
  });

  it('tells numbers that the gateway has skipped from events that are lost', () => {
    const text = show({ custody: { ...custody, skipped: 4 } });
    expect(text).toContain('丢失 0');
    expect(text).toContain('空号 4 个');
    expect(show({ custody })).not.toContain('空号');
  });

  it('stands beside what is wrong with the gateway itself', () => {
    expect(show({ custody }, { reason: 'undervoltage', detail: 'in0 is below 4.63 V' })).toContain('网关供电电压不足');
  });
});
