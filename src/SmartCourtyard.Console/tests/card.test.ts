// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { routerKey } from 'vue-router';
import { session } from '@/access/session';
import { asked } from '@/alarm/dialogs';
import type { Alarm } from '@/api/types';
import AlarmCard from '@/board/AlarmCard.vue';
import { i18n, language } from '@/texts';
import { alarm } from './alarm';

describe('a card', () => {
  const posted: string[] = [];
  beforeAll(() => {
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      posted.push(`${init.method} ${path}`);
      return Promise.resolve(new Response('{"id":"other"}', { status: 200 }));
    });
  });
  beforeEach(() => {
    posted.length = 0;
    asked.value = null;
    language.value = 'zh-CN';
    session.value = { user: '王芳', roles: ['operator'] };
  });

  const card = (of: Alarm) => mount(AlarmCard, { props: { alarm: of, selected: false }, global: { plugins: [i18n], provide: { [routerKey as symbol]: { push: vi.fn() } } } });

  it('says what and where, and offers the acknowledgement first', async () => {
    const shown = card(alarm({ id: 'a 1' }));
    expect(shown.attributes()).toMatchObject({ 'data-testid': 'alarm-card', 'data-alarm-id': 'a 1', 'data-kind': 'smoke', 'data-state': 'raised' });
    expect(shown.get('h3').text()).toBe('3栋 1单元 301 厨房');
    const button = shown.get('[data-testid=primary-action]');
    expect(button.text()).toBe('确认');
    await button.trigger('click');
    expect(posted).toEqual(['POST /api/v1/alarms/a%201/acknowledge']);
  });

  it('warns that no board shows it only until one does, and that nobody answered until somebody does', () => {
    const chip = (of: Partial<Alarm>) => card(alarm(of)).find('[data-testid=tag-escalated]');
    expect(chip({ escalated: 'no-board', shownAt: null }).text()).toBe('值班台无人显示');
    expect(chip({ escalated: 'no-board', shownAt: '2026-11-22T04:30:20Z' }).exists()).toBe(false);
    expect(chip({ escalated: 'unanswered', shownAt: '2026-11-22T04:30:20Z' }).exists()).toBe(true);
    expect(chip({ escalated: 'unanswered', state: 'acknowledged' }).exists()).toBe(false);
  });

  it('asks whom to send before anything is sent', async () => {
    const shown = card(alarm({ state: 'acknowledged', acknowledgedBy: '王芳' }));
    await shown.get('[data-testid=primary-action]').trigger('click');
    expect(posted).toEqual([]);
    expect(asked.value?.what).toBe('dispatch');
    expect(shown.text()).toContain('王芳 应答');
  });

  it('follows the language', async () => {
    const shown = card(alarm({ late: true, occurrences: 2, receivedAt: '2026-11-22T04:35:00.000Z' }));
    expect(shown.text()).toContain('迟到 5 分钟');
    language.value = 'en';
    await shown.vm.$nextTick();
    expect(shown.text()).toContain('5 min late');
    expect(shown.get('[data-testid=primary-action]').text()).toBe('Acknowledge');
  });

  it('offers nothing that a mere viewer may not do', () => {
    session.value = { user: '访客', roles: ['viewer'] };
    expect(card(alarm()).find('[data-testid=primary-action]').exists()).toBe(false);
  });

  it('is drawn quietly for a test, and calls it one', () => {
    const shown = card(alarm({ test: true }));
    expect(shown.classes()).not.toContain('unanswered');
    expect(shown.text()).toContain('测试');
  });
});
