// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '@/access/session';
import type { Command, Device, Gateway, Trouble } from '@/api/types';
import TagList from '@/board/TagList.vue';
import { ending, presets, shelvable } from '@/devices/service';
import ServiceDialog from '@/devices/ServiceDialog.vue';
import ServiceList from '@/devices/ServiceList.vue';
import { commands, devices, gateways, orders } from '@/live/dutyRoom';
import DrillBanner from '@/shell/DrillBanner.vue';
import { i18n, language } from '@/texts';
import { alarm } from './alarm';

const gateway = { id: 'fukang-garden', name: '富康花园小区', state: 'online', buildings: [{ id: 'b03', name: '3栋', units: 2, floors: 7 }] } as unknown as Gateway;
const device = {
  id: 'b03-u1-301-smoke', courtyard: gateway.id, class: 'smoke-detector', name: '厨房烟感', buildingName: '3栋', state: 'ok', reasons: [],
  at: { building: 'b03', unit: 1, floor: 3, flat: '301', place: '厨房' },
} as unknown as Device;
const order = (of: Partial<Trouble> = {}): Trouble => ({
  id: 'o1', courtyard: gateway.id, reason: 'out-of-service', device: device.id, raisedAt: '2099-11-22T04:30:00.000Z', clearedAt: null, detail: null, building: 'b03', unit: 1,
  service: { reason: '更换电池', by: '李工', until: '2099-11-22T05:30:00.000Z', shelves: null }, ...of,
});
const command = (of: Partial<Command> = {}): Command => ({
  id: 'c1', gateway: gateway.id, command: 'service.begin', device: null, on: null, service: null, ends: null, alarmId: null, by: '李工', at: '2099-11-22T04:30:00.000Z',
  answerBy: '2099-11-22T04:31:00.000Z', state: 'open', answeredAt: null, reason: null, detail: null, ...of,
});

describe('work on devices', () => {
  const posted: unknown[] = [];
  let answer = (): Response => new Response(JSON.stringify(command()), { status: 202 });
  beforeAll(() => {
    HTMLDialogElement.prototype.showModal ??= () => {};
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      posted.push(JSON.parse(String(init.body)));
      return Promise.resolve(answer());
    });
  });
  beforeEach(() => {
    posted.length = 0;
    [commands, orders, gateways, devices].forEach(map => map.clear());
    ending.clear();
    gateways.set(gateway.id, gateway);
    devices.set(`${gateway.id}/${device.id}`, device);
    language.value = 'zh-CN';
    session.value = { user: '李工', roles: ['technician'] };
    answer = () => new Response(JSON.stringify(command()), { status: 202 });
  });

  const dialog = (props: { device?: Device } = { device }) => mount(ServiceDialog, { props: { gateway, ...props }, global: { plugins: [i18n] } });
  const list = () => mount(ServiceList, { global: { plugins: [i18n] } });

  it('begins with what, how long and why, and closes when the gateway has it', async () => {
    const shown = dialog();
    expect(shown.get('[data-testid=service-submit]').attributes('disabled')).toBeDefined();
    await shown.get('[data-testid=service-reason]').setValue(' 更换电池 ');
    await shown.get('[data-testid=service-for-240]').trigger('click');
    await shown.get('form').trigger('submit');
    await flushPromises();
    expect(posted).toEqual([{ command: 'service.begin', service: { kind: 'out-of-service', device: device.id, for: '240m', reason: '更换电池' } }]);
    expect(shown.get('[data-testid=service-submit]').text()).toBe('等待网关答复…');
    expect(shown.emitted('close')).toBeUndefined();
    commands.set('c1', command({ state: 'done' }));
    await flushPromises();
    expect(shown.emitted('close')).toHaveLength(1);
  });

  it('shows the sentence of the gateway and may be tried again', async () => {
    const shown = dialog();
    await shown.get('[data-testid=service-reason]').setValue('r');
    await shown.get('form').trigger('submit');
    await flushPromises();
    commands.set('c1', command({ state: 'failed', reason: 'refused', detail: 'it may last 8 hours at most' }));
    await flushPromises();
    expect(shown.get('[data-testid=service-refusal]').text()).toBe('网关没有接受：it may last 8 hours at most');
    expect(shown.get('[data-testid=service-submit]').attributes('disabled')).toBeUndefined();
  });

  it('tests a unit or exercises the whole estate', async () => {
    const shown = dialog({});
    await shown.get('[data-testid=service-unit]').setValue('2');
    await shown.get('[data-testid=service-reason]').setValue('每月测试');
    await shown.get('form').trigger('submit');
    await flushPromises();
    commands.set('c1', command({ state: 'failed', reason: 'unreadable' }));
    await flushPromises();
    await shown.get('[data-testid=service-drill]').setValue(true);
    await shown.get('form').trigger('submit');
    await flushPromises();
    expect(posted).toEqual([
      { command: 'service.begin', service: { kind: 'test', building: 'b03', unit: 2, for: '30m', reason: '每月测试' } },
      { command: 'service.begin', service: { kind: 'drill', for: '60m', reason: '每月测试' } },
    ]);
  });

  it('lets an officer put aside one ordinary alarm and nothing else', async () => {
    session.value = { user: '王芳', roles: ['operator'] };
    const shown = dialog();
    expect(shown.find('[data-testid=service-out-of-service]').exists()).toBe(false);
    expect(shown.findAll('[data-testid=service-shelves] option').map(o => o.attributes('value'))).toEqual(shelvable);
    expect(shelvable).not.toContain('smoke');
    await shown.get('[data-testid=service-shelves]').setValue('noise');
    await shown.get('[data-testid=service-reason]').setValue('施工');
    await shown.get('form').trigger('submit');
    await flushPromises();
    expect(posted).toEqual([{ command: 'service.begin', service: { kind: 'shelved', device: device.id, for: '60m', reason: '施工', shelves: 'noise' } }]);
  });

  it('offers a detector of lives one shift at most, other devices longer', () => {
    expect(Math.max(...presets('out-of-service', device).minutes)).toBe(480);
    expect(Math.max(...presets('out-of-service', { class: 'camera' }).minutes)).toBe(7 * 24 * 60);
  });

  it('lists what is in force with where, who, why and until when, and ends it once', async () => {
    orders.set('o1', order());
    orders.set('o2', order({ id: 'o2', reason: 'under-test', device: null, service: { reason: '测试', by: '王工', until: '2099-11-22T04:40:00.000Z', shelves: null } }));
    const shown = list();
    const rows = shown.findAll('[data-testid=service-order]').map(row => row.text().replace(/\s+/g, ' '));
    expect(rows[0]).toContain('测试中3栋 1单元测试 · 王工');
    expect(rows[1]).toContain('停用检修3栋 1单元 301 厨房 · 厨房烟感更换电池 · 李工');
    const end = shown.findAll('[data-testid=service-end]')[1]!;
    await end.trigger('click');
    await end.trigger('click');
    await flushPromises();
    expect(posted).toEqual([{ command: 'service.end', ends: 'o1' }]);
    expect(end.text()).toBe('正在结束…');
  });

  it.each([['viewer', 0], ['operator', 1], ['technician', 2]] as const)('lets a %s end %i of two', (role, count) => {
    session.value = { user: '王芳', roles: [role] };
    orders.set('o1', order());
    orders.set('o2', order({ id: 'o2', reason: 'shelved', service: { ...order().service!, shelves: 'noise' } }));
    expect(list().findAll('[data-testid=service-end]')).toHaveLength(count);
  });

  it('says on every page that a drill goes on, for as long as it lasts', async () => {
    const shown = mount(DrillBanner, { global: { plugins: [i18n] } });
    expect(shown.text()).toBe('');
    orders.set('o1', order({ reason: 'drill', device: null, building: null, unit: null }));
    await flushPromises();
    expect(shown.text()).toContain('演练中');
    expect(shown.text()).toContain('富康花园小区 · 更换电池 · 李工');
    orders.clear();
    await flushPromises();
    expect(shown.text()).toBe('');
  });

  it('marks an alarm as drill, test, confirmed and spread, in both languages', async () => {
    const shown = mount(TagList, { props: { alarm: alarm({ drill: true, test: true, confirmed: true, spread: true }) }, global: { plugins: [i18n] } });
    const tags = (): string[] => ['drill', 'confirmed', 'spread', 'test'].map(tag => shown.get(`[data-testid=tag-${tag}]`).text());
    expect(tags()).toEqual(['演练', '火情已证实', '多层', '测试']);
    language.value = 'en';
    await shown.setProps({ alarm: alarm({ kind: 'gas', drill: true, test: true, confirmed: true, spread: true }) });
    expect(tags()).toEqual(['Drill', 'Confirmed by a second detector', 'On several floors', 'Test']);
  });
});
