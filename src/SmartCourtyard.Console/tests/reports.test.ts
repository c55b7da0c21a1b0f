// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import type { CausesReport, ResponseReport, StepNumbers } from '@/api/types';
import DevicesView from '@/devices/DevicesView.vue';
import { connection } from '@/live/dutyRoom';
import { barsOf, percentText, scaleOf, tookText } from '@/reports/numbers';
import ReportsView from '@/reports/ReportsView.vue';
import { daysOf, midnight, queryOf, wrongWith } from '@/reports/span';
import { search } from '@/shell/search';
import { i18n, language } from '@/texts';

const step = (over: Partial<StepNumbers> & Pick<StepNumbers, 'step'>): StepNumbers => ({
  reached: 0, notReached: 0, untimed: 0, p50Seconds: null, p95Seconds: null, maxSeconds: null, lifeLineSeconds: null, otherLineSeconds: null, judged: 0, within: 0, ...over,
});
const steps: StepNumbers[] = [
  step({ step: 'received', reached: 19, untimed: 1, p50Seconds: 0.4, p95Seconds: 9.95, maxSeconds: 12, lifeLineSeconds: 10, otherLineSeconds: 10, judged: 19, within: 18 }),
  step({ step: 'shown', reached: 20, p50Seconds: 1, p95Seconds: 2, maxSeconds: 3, lifeLineSeconds: 15, otherLineSeconds: 15, judged: 20, within: 20 }),
  step({ step: 'answered', reached: 17, notReached: 3, p50Seconds: 21, p95Seconds: 252, maxSeconds: 3900, lifeLineSeconds: 60, otherLineSeconds: 600, judged: 20, within: 15 }),
  step({ step: 'on-site', notReached: 20, lifeLineSeconds: 900 }),
  step({ step: 'closed', notReached: 20 }),
];
const response = (over: Partial<ResponseReport> = {}): ResponseReport => ({
  from: '2026-11-16T16:00:00.000Z', to: '2026-11-23T16:00:00.000Z', zone: 'Asia/Shanghai', alarms: 20, tests: 3, proofs: 7, superseded: 0, late: 1, unsynchronised: 1, steps,
  severities: [{ severity: 'life', alarms: 14, steps }], kinds: [{ kind: 'smoke', alarms: 14, steps }], days: [{ date: '2026-11-22', alarms: 20, life: 14 }], hours: [], ...over,
});
const counts = (falseAlarm: number, resolved: number) => ({ resolved, trueAlarm: resolved - falseAlarm, falseAlarm, test: 0, fault: 0, falseRate: resolved ? falseAlarm / resolved : null });
const causes = (over: Partial<CausesReport> = {}): CausesReport => ({
  from: '', to: '', all: counts(4, 16), unresolved: 4, deviceTotal: 12, buildingTotal: 1,
  devices: [
    { courtyard: 'g', courtyardName: '富康花园小区', device: 'b03-u1-301-smoke', deviceName: '厨房烟感', class: 'smoke-detector', at: { building: 'b03', unit: 1, floor: 3, flat: '301', place: '厨房' }, buildingName: '3栋', causes: counts(4, 6) },
    { courtyard: 'g', courtyardName: '富康花园小区', device: 'good', deviceName: null, class: null, at: { building: null, unit: null, floor: null, flat: null, place: null }, buildingName: null, causes: counts(0, 2) },
  ],
  buildings: [{ courtyard: 'g', courtyardName: '富康花园小区', building: 'b03', buildingName: '3栋', causes: counts(4, 16) }],
  ...over,
});

let asked: string[] = [];
let answer: (path: string) => Promise<Response>;
const json = (value: unknown): Response => new Response(JSON.stringify(value), { status: 200 });
const both = (of: ResponseReport, why: CausesReport) => (path: string) => Promise.resolve(json(path.includes('/response?') ? of : why));
vi.stubGlobal('fetch', (path: string) => { asked.push(path); return answer(path); });

let view: VueWrapper | undefined;
async function open(path = '/reports'): Promise<VueWrapper> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/reports', component: ReportsView }, { path: '/devices', component: { template: '<p />' } }] });
  await router.push(path);
  view = mount(ReportsView, { global: { plugins: [i18n, router] } });
  await flushPromises();
  return view;
}

beforeEach(() => { asked = []; language.value = 'zh-CN'; connection.lost = false; answer = both(response(), causes()); });
afterEach(() => view?.unmount());

describe('the reports', () => {
  it('show each step with its line, its percentiles and the share in time, as a number and as a bar', async () => {
    const received = (await open()).get('[data-step=received]');
    expect(received.text()).toContain('0.4 秒');
    expect(received.text()).toContain('94.7%');
    expect(received.text()).toContain('19 起中 18 起');
    expect(received.text()).toContain('1 起用时不明');
    expect(Number.parseFloat(received.get('svg .part').attributes('width')!)).toBeCloseTo(94.7, 1);
    const answered = view!.get('[data-step=answered]').text();
    expect(answered).toContain('生命类 1 分钟，其他 10 分钟');
    expect(answered).toContain('4 分 12 秒');
    expect(answered).toContain('1 小时 5 分');
    expect(view!.get('[data-step=closed] .share').text()).toBe('–');
  });

  it('speak English as well', async () => {
    language.value = 'en';
    const text = (await open()).text();
    expect(text).toContain('20');
    expect(text).toContain('4 of 16 false');
    expect(text).toContain('life 1 min, others 10 min');
    expect(text).toContain('left out: 3 tests and drills, 7 self-tests');
    expect(text).not.toMatch(/\b(reports|reportStep|reportTile)\./);
  });

  it('lead from what alarms falsely to the device, and leave out what never did', async () => {
    const rows = (await open()).get('[data-testid=rank-devices]').findAll('[data-testid=ranked]');
    expect(rows.map(row => row.attributes('data-key'))).toEqual(['b03-u1-301-smoke']);
    expect(rows[0]!.text()).toContain('3栋 1单元 301 厨房');
    expect(rows[0]!.get('a').attributes('href')).toBe('/devices?search=b03-u1-301-smoke');
    expect(view!.get('[data-testid=rank-devices]').text()).toContain('共 12 个设备');
    expect(view!.get('[data-testid=rank-buildings] a').attributes('href')).toBe('/devices?building=3%E6%A0%8B');
  });

  it('lead to the device alone, and that choice hides nothing on the board afterwards', async () => {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/devices', component: DevicesView }] });
    await router.push('/devices?search=b03-u1-301-smoke');
    const devices = mount(DevicesView, { global: { plugins: [i18n, router] } });
    expect(search.value).toBe('b03-u1-301-smoke');
    devices.unmount();
    expect(search.value).toBe('');
  });

  it('have every row in its place before the numbers come', async () => {
    let come: Array<() => void> = [];
    answer = path => new Promise(resolve => { come.push(() => resolve(json(path.includes('/response?') ? response() : causes()))); });
    const rows = (await open()).findAll('[data-testid=steps] tbody tr').length;
    expect(rows).toBe(5);
    expect(view!.findAll('[data-testid^=tile-]')).toHaveLength(4);
    expect(view!.findAll('.skeleton').length).toBeGreaterThan(0);
    expect(view!.get('.content').attributes('aria-busy')).toBe('true');
    expect(view!.get('[role=status]').text()).toBe('正在统计…');
    come.forEach(go => go());
    await flushPromises();
    expect(view!.findAll('.skeleton')).toHaveLength(0);
    expect(view!.findAll('[data-testid=steps] tbody tr')).toHaveLength(rows);
  });

  it('say that there was no alarm, and not that all was in time', async () => {
    answer = both(response({ alarms: 0, steps: steps.map(of => step({ step: of.step })), kinds: [], severities: [] }), causes({ all: counts(0, 0), devices: [], buildings: [] }));
    expect((await open()).get('[data-testid=empty]').text()).toBe('这段时间没有报警');
    expect(view!.get('[data-testid=tile-falseRate]').text()).toContain('–');
    expect(view!.find('[data-testid=steps]').exists()).toBe(false);
  });

  it('say why they could not be had, and are asked for again once the line is back', async () => {
    answer = () => Promise.reject(new TypeError('no line'));
    connection.lost = true;
    expect((await open()).get('[data-testid=failed]').text()).toContain('连接不上服务器');
    answer = both(response(), causes());
    connection.lost = false;
    await flushPromises();
    expect(view!.find('[data-testid=failed]').exists()).toBe(false);
    expect(view!.get('[data-testid=tile-alarms]').text()).toContain('20');
  });

  it('keep the numbers that are there, and say of when they are, where no newer ones can be had', async () => {
    await open();
    answer = () => Promise.resolve(new Response('{}', { status: 503 }));
    await view!.get('[data-testid=span-30]').trigger('click');
    await flushPromises();
    expect(view!.get('[data-testid=stale]').text()).toContain('服务器忙');
    expect(view!.get('[data-testid=tile-alarms]').text()).toContain('20');
  });

  it('do not take an answer for days that nobody asks for any more', async () => {
    const late: Array<() => void> = [];
    answer = path => new Promise(resolve => { late.push(() => resolve(json(path.includes('/response?') ? response({ alarms: 7 }) : causes()))); });
    await open();
    answer = both(response({ alarms: 30 }), causes());
    await view!.get('[data-testid=span-30]').trigger('click');
    await flushPromises();
    late.forEach(go => go());
    await flushPromises();
    expect(view!.get('[data-testid=tile-alarms]').text()).toContain('30');
  });

  it('name what is wrong with days that somebody chose, and ask for nothing', async () => {
    await open('/reports?span=own&first=2026-11-22&last=2026-11-20');
    expect(view!.get('[data-testid=wrong]').text()).toBe('第一天不能晚于最后一天');
    expect(asked).toEqual([]);
    await view!.get('[data-testid=first]').setValue('2026-11-20');
    await flushPromises();
    expect(view!.find('[data-testid=wrong]').exists()).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it('hand over the same span as lines for a spreadsheet', async () => {
    await open('/reports?span=own&first=2026-11-20&last=2026-11-22&courtyard=g');
    const href = view!.get('[data-testid=csv]').attributes('href')!;
    expect(href).toContain('/api/v1/reports/alarms.csv?');
    expect(new URLSearchParams(href.split('?')[1]).get('from')).toBe(midnight('2026-11-20')!.toISOString());
    expect(href).toContain('courtyard=g');
    expect(href).toContain('lang=zh-CN');
  });
});

describe('days', () => {
  const noon = new Date(2026, 10, 23, 12).getTime();
  it('are whole ones, today included', () => {
    expect(daysOf('7', noon)).toEqual({ first: '2026-11-17', last: '2026-11-23' });
    expect(daysOf('month', noon)).toEqual({ first: '2026-11-01', last: '2026-11-23' });
    const query = queryOf(daysOf('30', noon), '', 'Asia/Shanghai');
    expect([query.get('from'), query.get('to'), query.get('courtyard')]).toEqual([new Date(2026, 9, 25).toISOString(), new Date(2026, 10, 24).toISOString(), null]);
  });

  it('are refused where they are none, turned round, or more than 366', () => {
    expect(wrongWith({ first: '', last: '2026-11-22' })).toBe('missing');
    expect(wrongWith({ first: '2026-02-30', last: '2026-11-22' })).toBe('missing');
    expect(wrongWith({ first: '2026-11-23', last: '2026-11-22' })).toBe('order');
    expect(wrongWith({ first: '2024-01-01', last: '2024-12-31' })).toBeNull();
    expect(wrongWith({ first: '2024-01-01', last: '2025-01-01' })).toBe('long');
  });

  it('become weeks where there are too many to be told apart', () => {
    const days = Array.from({ length: 93 }, (_, i) => ({ date: `d${i}`, alarms: 2, life: 1 }));
    expect(barsOf(days.slice(0, 92))).toHaveLength(92);
    expect(barsOf(days)).toHaveLength(14);
    expect(barsOf(days)[0]).toEqual({ first: 'd0', last: 'd6', alarms: 14, life: 7 });
    expect(barsOf(days)[13]).toEqual({ first: 'd91', last: 'd92', alarms: 4, life: 2 });
  });
});

describe('numbers', () => {
  it('never round a miss away', () => {
    expect(percentText(1999, 2000)).toBe('99.9%');
    expect(percentText(2000, 2000)).toBe('100%');
    expect(percentText(99_999, 100_000)).toBe('99.9%');
    expect(percentText(1, 100_000)).toBe('0.1%');
    expect(percentText(0, 3)).toBe('0%');
    expect(percentText(0, 0)).toBe('–');
  });

  it.each([[null, '–'], [0, '0.0 秒'], [9.96, '10.0 秒'], [10.04, '10 秒'], [59.96, '1 分钟'], [90, '1 分 30 秒'], [3600, '1 小时 0 分'], [90_000, '1 天 1 小时']])('say how long %s seconds are', (seconds, text) => {
    expect(tookText(seconds)).toBe(text);
  });

  it('fit under the top of the scale', () => {
    expect([1, 2, 3, 7, 11, 85, 101].map(scaleOf)).toEqual([2, 2, 4, 8, 20, 100, 200]);
  });
});
