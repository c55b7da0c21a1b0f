// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '@/access/session';
import { gateways, alarms } from '@/live/dutyRoom';
import ProofList from '@/devices/ProofList.vue';
import ProofLine from '@/shell/ProofLine.vue';
import type { Alarm, Gateway } from '@/api/types';
import { i18n, language } from '@/texts';
import { alarm } from './alarm';

const posted: string[] = [];
vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
  posted.push(`${init.method} ${path}`);
  return Promise.resolve(new Response('{"id":"other"}', { status: 200 }));
});

const test = (over: Partial<Alarm> = {}): Alarm => alarm({ id: 'p1', kind: 'equipment', severity: 'technical', device: 'gateway', test: true, proof: true, ...over });

function line(of: Alarm) {
  alarms.clear();
  alarms.load([of], 1);
  return mount(ProofLine, { global: { plugins: [i18n] } });
}

beforeEach(() => {
  posted.length = 0;
  language.value = 'zh-CN';
  session.value = { user: '王芳', roles: ['operator'] };
});

describe('a daily test', () => {
  it('asks nothing of anybody most days', () => {
    const shown = line(test());
    expect(shown.get('[data-testid=proof]').text()).toContain('不用处理');
    expect(shown.find('button').exists()).toBe(false);
  });

  it('asks the officer now and then, and one press answers it', async () => {
    const shown = line(test({ asked: true }));
    const button = shown.get('[data-testid=proof-seen]');
    expect(button.text()).toBe('我看到了');
    expect(shown.text()).toContain('不是报警');
    await button.trigger('click');
    expect(posted).toEqual(['POST /api/v1/alarms/p1/acknowledge']);
    language.value = 'en';
    await shown.vm.$nextTick();
    expect(shown.get('[data-testid=proof-seen]').text()).toBe('I have seen it');
    expect(shown.get('[data-testid=proof-seen]').attributes('aria-label')).toBe('I have seen it: the test of 富康花园小区');
  });

  it('says who answered it', () => {
    const shown = line(test({ asked: true, state: 'acknowledged', acknowledgedBy: '李强' }));
    expect(shown.text()).toContain('李强');
    expect(shown.find('button').exists()).toBe(false);
  });

  it('gives no button to who may not act', () => {
    session.value = { user: '访客', roles: ['viewer'] };
    const shown = line(test({ asked: true }));
    expect(shown.find('button').exists()).toBe(false);
    expect(shown.text()).toContain('请值班员');
  });
});

describe('the list of proofs', () => {
  const gateway = { id: 'g', name: '富康花园小区', lastProof: { at: '2026-11-22T04:30:00.000Z', shown: true, tookMilliseconds: 140 }, proofFailed: null, proofAnswered: null, proofOverdue: false } as unknown as Gateway;
  const list = (of: Gateway) => {
    gateways.clear();
    gateways.set('g', of);
    return mount(ProofList, { global: { plugins: [i18n] } }).get('[data-gateway=g]').text();
  };

  it('says whether a person has answered, and who', () => {
    expect(list(gateway)).toContain('还没有值班员答复过');
    expect(list({ ...gateway, proofAnswered: { at: '2026-11-22T04:31:00.000Z', by: '王芳' } })).toContain('王芳');
    expect(list({ ...gateway, proofOverdue: true })).toContain('17 天');
    expect(list({ ...gateway, lastProof: null })).toBe('富康花园小区：还没有验证过');
  });
});
