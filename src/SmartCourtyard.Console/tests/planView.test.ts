// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import type { Alarm } from '@/api/types';
import { alarms, deviceFaults, devices, devicesFailure, devicesLoaded, estateFailed, estateLoaded, gateways, loaded, orders } from '@/live/dutyRoom';
import { renewNow } from '@/live/serverClock';
import PlanCutout from '@/plan/PlanCutout.vue';
import PlanView from '@/plan/PlanView.vue';
import { i18n, language } from '@/texts';
import { alarm } from './alarm';
import { device, gateway, order } from './estate';

const elsewhere = { template: '<i />' };
let router: Router;
let shown: VueWrapper | undefined;
let position = 0;

const at = (floor: number, flat: string, unit = 1) => ({ building: 'b03', unit, floor, flat, place: null });
const put = (...of: Array<ReturnType<typeof device>>): void => of.forEach(one => devices.set(`${one.courtyard}/${one.id}`, one));
const hears = (of: Alarm): void => { alarms.apply(of as never, ++position); };

async function open(path: string): Promise<VueWrapper> {
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', name: 'board', component: elsewhere }, { path: '/alarms/:id', name: 'alarm', component: elsewhere }, { path: '/plan/:courtyard?/:building?', name: 'plan', component: elsewhere }],
  });
  await router.push(path);
  shown = mount(PlanView, { global: { plugins: [i18n, router] }, attachTo: document.body });
  await flushPromises();
  return shown;
}
const cell = (flat: string, unit = 1, floor = Number(flat.slice(0, -2))) => shown!.get(`[data-cell="fukang-garden/b03/${unit}/${floor}/${flat}"]`);
const panel = (): string => shown!.get('[data-testid=plan-panel]').text().replace(/\s+/g, ' ');
const crumbs = (): string[] => shown!.findAll('[data-testid=plan-crumb]').map(crumb => crumb.text());
const press = async (key: string): Promise<void> => {
  document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  await flushPromises();
};

beforeAll(() => { vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"items":[]}', { status: 503 }))); });
beforeEach(() => {
  [gateways, devices, orders, deviceFaults].forEach(map => map.clear());
  alarms.clear();
  position = 0;
  gateways.set('fukang-garden', gateway());
  put(
    device(), device({ id: 'sos', name: '一键求助', class: 'emergency-button', at: at(3, '301') }),
    device({ id: 'up', at: at(4, '401') }), device({ id: 'down', at: at(2, '201'), state: 'trouble', reasons: ['battery-low'] }), device({ id: 'beside', at: at(3, '302'), state: 'unobserved', reasons: ['silent'] }),
    device({ id: 'other', at: at(3, '301', 2) }), device({ id: 'hall', name: '大厅警号', class: 'siren', at: { building: 'b03', unit: 1, floor: 1, place: '大厅' } }),
  );
  loaded.value = estateLoaded.value = devicesLoaded.value = true;
  estateFailed.value = false;
  devicesFailure.value = null;
  language.value = 'zh-CN';
  renewNow();
});
afterEach(() => { shown?.unmount(); shown = undefined; });

describe('the estate', () => {
  it('says of each building what is worst in it, in a picture, a mark and a word', async () => {
    await open('/plan');
    const tile = shown!.get('[data-building=b03]');
    expect(tile.attributes('aria-label')).toBe('3栋，7 台设备，1 未观测，1 故障');
    expect(tile.text()).toContain('故障');
    expect(shown!.findAll('[data-testid=plan-mark]')).toHaveLength(0);
  });

  it('changes at once when an alarm is raised, answered and closed', async () => {
    await open('/plan');
    const raised = alarm({ id: 'fire' });
    hears(raised);
    await flushPromises();
    const mark = () => shown!.find('[data-cell="fukang-garden/b03/1/3/301"]');
    expect(mark().attributes()).toMatchObject({ 'data-look': 'life', 'data-severity': 'life', 'data-unanswered': 'true' });
    expect(shown!.find('.throb').exists()).toBe(true);
    expect(shown!.get('[data-building=b03]').text()).toContain('烟雾报警');
    expect(shown!.get('[data-building=b03]').attributes('aria-label')).toContain('1 起未应答');
    hears({ ...raised, state: 'acknowledged', acknowledgedBy: '王芳' });
    await flushPromises();
    expect(mark().attributes('data-unanswered')).toBe('false');
    expect(shown!.find('.throb').exists()).toBe(false);
    hears({ ...raised, state: 'closed' });
    await flushPromises();
    expect(mark().exists()).toBe(false);
  });

  it('leads from the mark of an alarm to its flat, and from anything else into the building', async () => {
    hears(alarm({ id: 'fire' }));
    await open('/plan');
    const svg = shown!.get('svg.picture');
    const rect = shown!.get('[data-testid=plan-mark] rect').attributes();
    const [, , width, height] = svg.attributes('viewBox')!.split(' ').map(Number);
    svg.element.getBoundingClientRect = () => ({ left: 0, top: 0, width, height }) as DOMRect;
    await svg.trigger('click', { clientX: Number(rect.x) + 5, clientY: Number(rect.y) + 5, button: 0 });
    await flushPromises();
    expect(router.currentRoute.value.fullPath).toBe('/plan/fukang-garden/b03?unit=1&floor=3&flat=301');
    await router.push('/plan');
    await flushPromises();
    await shown!.get('svg.picture').trigger('click', { clientX: -50, clientY: -50, button: 0 });
    await flushPromises();
    expect(router.currentRoute.value.fullPath).toBe('/plan/fukang-garden/b03');
  });

  it('lists what is open, each with a way to its page', async () => {
    hears(alarm({ id: 'fire' }));
    await open('/plan');
    const row = shown!.get('[data-testid=plan-now]');
    expect(row.text()).toContain('烟雾报警');
    expect(row.text()).toContain('3栋 1单元 301 厨房');
    expect(row.attributes('href')).toBe('/alarms/fire');
  });

  it('says that a courtyard is silent, and stripes one that holds a drill', async () => {
    gateways.set('fukang-garden', gateway({ state: 'silent' }));
    orders.set('o', order({ reason: 'drill', building: null, unit: null }));
    await open('/plan');
    expect(shown!.get('[data-courtyard]').classes()).toContain('drill');
    expect(shown!.get('[data-courtyard]').text()).toContain('富康花园小区 网关失联');
  });

  it('tells an estate without courtyards, one without buildings, and a failure', async () => {
    gateways.clear();
    devices.clear();
    await open('/plan');
    expect(shown!.get('[data-testid=plan-empty]').text()).toBe('还没有小区。网关上线后，楼栋会出现在这里。');
    gateways.set('fukang-garden', gateway({ buildings: [] }));
    await flushPromises();
    expect(shown!.text()).toContain('网关还没有报来楼栋和设备。');
    devicesLoaded.value = false;
    devicesFailure.value = 'offline';
    await flushPromises();
    expect(shown!.get('[role=alert]').text()).toContain('连接不上服务器');
  });
});

describe('a building', () => {
  it('is a table of floors and units; each flat says its state in words', async () => {
    hears(alarm({ drill: true }));
    await open('/plan/fukang-garden/b03');
    expect(shown!.findAll('thead button').map(button => button.text())).toEqual(['1单元', '2单元']);
    expect(shown!.findAll('tbody th').map(th => th.text())).toEqual(['77 层', '66 层', '55 层', '44 层', '33 层', '22 层', '11 层']);
    expect(cell('301').attributes('aria-label')).toBe('301，烟雾报警，生命，未应答，演练，2 台设备，正常');
    expect(cell('301').attributes('data-striped')).toBe('drill');
    expect(cell('302').attributes()).toMatchObject({ 'data-look': 'unobserved', 'data-hatched': 'true', 'aria-label': '302，1 台设备，1 未观测' });
    expect(cell('302').classes()).toContain('hatched');
    expect(cell('201').text()).toContain('故障');
    expect(cell('401').attributes('data-hatched')).toBe('false');
    expect(shown!.get('[data-cell="fukang-garden/b03/1/1/"]').text()).toContain('公共');
  });

  it('is walked through with the arrow keys, opened with Enter and left with Escape', async () => {
    await open('/plan/fukang-garden/b03');
    expect(shown!.findAll('[data-testid=plan-cell][tabindex="0"]')).toHaveLength(1);
    (cell('401').element as HTMLElement).focus();
    await press('ArrowDown');
    expect(document.activeElement).toBe(cell('301').element);
    expect(panel()).toContain('3栋 1单元 301');
    expect(panel()).toContain('一键求助');
    await press('ArrowRight');
    expect(document.activeElement).toBe(cell('302').element);
    await press('ArrowRight');
    expect(document.activeElement).toBe(cell('301', 2).element);
    await press('ArrowLeft');
    await cell('302').trigger('click');
    await flushPromises();
    expect(crumbs()).toEqual(['平面图', '3栋', '1单元', '302']);
    expect(cell('302').attributes('aria-current')).toBe('true');
    expect(document.activeElement).toBe(cell('302').element);
    await press('Escape');
    expect(crumbs()).toEqual(['平面图', '3栋', '1单元']);
    await press('Escape');
    expect(crumbs()).toEqual(['平面图', '3栋']);
    await press('Escape');
    expect(crumbs()).toEqual(['平面图']);
    expect((document.activeElement as HTMLElement).dataset.building).toBe('b03');
  });

  it('zooms to one unit, and names the courtyard where there are several', async () => {
    gateways.set('other', gateway({ id: 'other', name: '螺蛳湾小区', buildings: [] }));
    await open('/plan/fukang-garden/b03');
    await shown!.get('[data-testid=plan-unit][data-unit="2"]').trigger('click');
    await flushPromises();
    expect(crumbs()).toEqual(['平面图', '富康花园小区', '3栋', '2单元']);
    expect(shown!.findAll('[data-testid=plan-cell]')).toHaveLength(1);
    await shown!.findAll('[data-testid=plan-crumb]')[2]!.trigger('click');
    await flushPromises();
    expect(shown!.findAll('[data-testid=plan-cell]')).toHaveLength(6);
  });

  it('tells of a flat its devices, what is wrong since when, and its alarm with a way to it', async () => {
    hears(alarm({ id: 'fire', at: at(2, '201') }));
    deviceFaults.set('t', order({ id: 't', reason: 'battery-low', device: 'down', service: null, raisedAt: new Date().toISOString() }));
    await open('/plan/fukang-garden/b03?unit=1&floor=2&flat=201');
    expect(shown!.get('[data-testid=plan-alarm]').attributes('href')).toBe('/alarms/fire');
    expect(shown!.get('[data-device=down]').text()).toMatch(/厨房烟感.*故障.*电量低 · \d\d:\d\d:\d\d 起.*最后听到/);
    expect(cell('201').classes()).toContain('selected');
  });

  it('follows live while it is open', async () => {
    await open('/plan/fukang-garden/b03');
    hears(alarm({ severity: 'property', kind: 'water-leak' }));
    put(device({ id: 'up', at: at(4, '401'), state: 'unobserved' }));
    await flushPromises();
    expect(cell('301').attributes()).toMatchObject({ 'data-look': 'property', 'data-unanswered': 'true' });
    expect(cell('301').text()).toContain('漏水');
    expect(cell('401').attributes('data-hatched')).toBe('true');
    put(device({ id: 'new', at: at(7, '702') }));
    await flushPromises();
    expect(cell('702').attributes('data-look')).toBe('ok');
  });

  it('keeps the place of the keyboard when the picture changes', async () => {
    await open('/plan/fukang-garden/b03');
    (cell('302').element as HTMLElement).focus();
    hears(alarm());
    await flushPromises();
    expect(document.activeElement).toBe(cell('302').element);
    expect(panel()).toContain('302');
  });

  it('says so when its address names what is not there', async () => {
    await open('/plan/fukang-garden/b99');
    expect(shown!.get('[role=alert]').text()).toContain('平面图上没有这个地方');
  });

  it('speaks English', async () => {
    language.value = 'en';
    hears(alarm());
    await open('/plan/fukang-garden/b03');
    expect(cell('301').attributes('aria-label')).toBe('301, Smoke, Life, Unanswered, devices: 2, OK');
    expect(cell('302').attributes('aria-label')).toBe('302, devices: 1, 1 unobserved');
    expect(shown!.get('table').attributes('aria-label')).toContain('arrow keys move');
    expect(crumbs()[0]).toBe('Plan');
    expect(shown!.get('aside').text()).not.toMatch(/图例|当前|应答/);
  });
});

describe('the cut-out on the page of an alarm', () => {
  const cutout = async (of: Alarm): Promise<VueWrapper> => {
    await open('/');
    shown!.unmount();
    shown = mount(PlanCutout, { props: { alarm: of }, global: { plugins: [i18n, router] } });
    return shown;
  };

  it('shows the flat and the state of those above, below and beside, each with a way to the plan', async () => {
    const fire = alarm();
    hears(fire);
    await cutout(fire);
    const looks = shown!.findAll('[data-testid=cutout-cell]').map(one => [one.attributes('data-cell')!.split('/').at(-1), one.attributes('data-look')]);
    expect(looks).toEqual([['401', 'ok'], ['301', 'life'], ['302', 'unobserved'], ['201', 'trouble']]);
    expect(shown!.get('[aria-current=location]').attributes('href')).toBe('/plan/fukang-garden/b03?unit=1&floor=3&flat=301');
    expect(shown!.get('[data-testid=cutout-plan]').attributes('href')).toBe('/plan/fukang-garden/b03?unit=1&floor=3&flat=301');
    put(device({ id: 'up', at: at(4, '401'), state: 'unobserved' }));
    await flushPromises();
    expect(shown!.find('[data-cell="fukang-garden/b03/1/4/401"]').attributes('data-look')).toBe('unobserved');
  });

  it('says when the place is not on the plan', async () => {
    gateways.clear();
    devices.clear();
    await cutout(alarm());
    expect(shown!.text()).toContain('平面图上没有这个地方');
  });
});
