// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '@/access/session';
import type { Command, Gateway } from '@/api/types';
import { lastReading, stateAt } from '@/devices/siteFile';
import SiteFiles from '@/devices/SiteFiles.vue';
import { commands, gateways } from '@/live/dutyRoom';
import { notices } from '@/shell/notices';
import { i18n, language } from '@/texts';

const gateway = { id: 'fukang-garden', name: '富康花园小区', state: 'online' } as Gateway;
const command = (of: Partial<Command> = {}): Command => ({
  id: 'c1', gateway: gateway.id, command: 'site.reload', device: null, on: null, service: null, ends: null, alarmId: null, by: '李工', at: '2099-11-22T04:30:00.000Z', answerBy: '2099-11-22T04:31:00.000Z',
  state: 'open', answeredAt: null, reason: null, detail: null, ...of,
});

describe('the site file of a gateway', () => {
  const posted: Array<[string, RequestInit]> = [];
  let answer = (): Response => new Response(JSON.stringify(command()), { status: 202 });
  beforeAll(() => {
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      posted.push([path, init]);
      return Promise.resolve(answer());
    });
  });
  beforeEach(() => {
    posted.length = 0;
    notices.length = 0;
    commands.clear();
    gateways.clear();
    gateways.set(gateway.id, gateway);
    language.value = 'zh-CN';
    session.value = { user: '李工', roles: ['technician'] };
    answer = () => new Response(JSON.stringify(command()), { status: 202 });
  });

  const shown = () => mount(SiteFiles, { global: { plugins: [i18n] } });

  it('is read again at one click, once', async () => {
    const page = shown();
    const button = page.get('[data-testid=read-site-file]');
    expect(button.text()).toBe('重新读取现场文件');
    await button.trigger('click');
    await vi.waitFor(() => expect(page.get('[data-testid=site-file-outcome]').text()).toContain('网关正在读取'));
    expect(posted.map(([path, init]) => [path, init.method, init.body])).toEqual([['/api/v1/gateways/fukang-garden/commands', 'POST', '{"command":"site.reload"}']]);
    expect((posted[0]![1].headers as Record<string, string>)['Idempotency-Key']).toMatch(/^[0-9a-f]{32}$/);
    expect(button.attributes('disabled')).toBeDefined();
  });

  it('shows the sentence with the place of the mistake when it is refused, and may be read again', async () => {
    const detail = "site.yaml:14:12: 'class' is 'smoke' (did you mean 'smoke-detector'?): smoke-detector, heat-detector";
    commands.set('c1', command({ state: 'failed', answeredAt: '2099-11-22T04:30:01.000Z', reason: 'site-refused', detail }));
    const page = shown();
    expect(page.get('[data-testid=site-file-outcome]').text()).toContain('未生效，仍用原来的文件');
    expect(page.get('code').text()).toBe(detail);
    expect(page.get('[data-testid=read-site-file]').attributes('disabled')).toBeUndefined();
    language.value = 'en';
    await page.vm.$nextTick();
    expect(page.text()).toContain('Not in force, the previous file still is');
    expect(page.text()).toContain('the file has a mistake');
  });

  it('follows what comes over the stream, and says when it is in force', async () => {
    commands.set('c1', command());
    const page = shown();
    commands.set('c1', command({ state: 'done', answeredAt: '2099-11-22T04:30:01.000Z' }));
    await page.vm.$nextTick();
    expect(page.get('[data-gateway=fukang-garden]').attributes('data-state')).toBe('done');
    expect(page.text()).toContain('已生效');
  });

  it('is unanswered when the time is over, without a word from the server', () => {
    expect(stateAt(command(), Date.parse('2099-11-22T04:31:00.000Z'))).toBe('open');
    expect(stateAt(command(), Date.parse('2099-11-22T04:31:00.001Z'))).toBe('unanswered');
    expect(stateAt(command({ state: 'done' }), Date.parse('2100-01-01T00:00:00.000Z'))).toBe('done');
  });

  it('tells of the last reading only, and of no other command or gateway', () => {
    const later = command({ id: 'c2', at: '2099-11-22T04:30:05.000Z' });
    expect(lastReading(gateway, [later, command()])?.id).toBe('c2');
    expect(lastReading(gateway, [command({ command: 'actuator.set' }), command({ gateway: 'elsewhere' })])).toBeUndefined();
  });

  it('says why when the server does not take it', async () => {
    answer = () => new Response('{"status":403}', { status: 403 });
    const page = shown();
    await page.get('[data-testid=read-site-file]').trigger('click');
    await vi.waitFor(() => expect(notices.map(n => [n.what, n.failure])).toEqual([['siteFile.read', 'forbidden']]));
    expect(page.get('[data-testid=site-file-outcome]').text()).toBe('');
  });

  it.each([['viewer'], ['operator']])('is nothing for a %s', role => {
    session.value = { user: '王芳', roles: [role] };
    expect(shown().find('[data-testid=site-files]').exists()).toBe(false);
  });
});
