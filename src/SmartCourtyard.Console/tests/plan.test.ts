import { describe, expect, it } from 'vitest';
import type { Alarm, Device, Trouble } from '@/api/types';
import { keyOf, spotOf, type Cell } from '@/plan/cells';
import { cutoutOf } from '@/plan/cutout';
import { firstOf, matrixOf, step } from '@/plan/keyboard';
import { columnOf, planner, type BuildingPlan } from '@/plan/layout';
import { above, levelOf, toBuilding, toCourtyard, toEstate, toSpot, toUnit } from '@/plan/levels';
import { hit, markBox, markSize, pictureOf, scaleOf } from '@/plan/picture';
import { alarm } from './alarm';
import { device, gateway, order } from './estate';

const planOf = (devices: Device[], alarms: Alarm[] = [], orders: Trouble[] = [], gateways = [gateway()]) => planner()({ gateways, devices, alarms, orders });
const buildingOf = (...of: Parameters<typeof planOf>): BuildingPlan => planOf(...of)[0]!.buildings[0]!;
const cellOf = (...of: Parameters<typeof planOf>): Cell => buildingOf(...of).cells.get('fukang-garden/b03/1/3/301')!;
const at = (over: Partial<Device['at']> = {}): Device['at'] => ({ ...device().at, ...over });
const flat = (flat: string, unit = 1, over: Partial<Device> = {}): Device =>
  device({ id: `b03-u${unit}-${flat}`, at: at({ unit, floor: Number(flat.slice(0, -2)), flat }), ...over });

describe('a cell', () => {
  it('shows the worst that is known of it', () => {
    const states = (...of: Array<Device['state']>): Device[] => of.map((state, index) => device({ id: `d${index}`, state }));
    expect(cellOf(states('ok', 'ok')).look).toBe('ok');
    expect(cellOf(states('ok', 'unknown')).look).toBe('unknown');
    expect(cellOf(states('unknown', 'unobserved', 'ok')).look).toBe('unobserved');
    expect(cellOf(states('unobserved', 'trouble')).look).toBe('trouble');
    const devices = states('trouble');
    const looks = (['technical', 'advisory', 'property', 'life'] as const).map((_, index, all) => cellOf(devices, all.slice(0, index + 1).map(severity => alarm({ severity }))).look);
    expect(looks).toEqual(['technical', 'advisory', 'property', 'life']);
  });

  it('is hatched while anything there cannot be heard, whatever else it shows', () => {
    expect(cellOf([device()]).hatched).toBe(false);
    expect(cellOf([device(), device({ id: 'b', state: 'unobserved' })])).toMatchObject({ hatched: true, look: 'unobserved' });
    expect(cellOf([device({ state: 'unknown' })]).hatched).toBe(true);
    expect(cellOf([device({ state: 'unobserved' })], [alarm()])).toMatchObject({ hatched: true, look: 'life' });
  });

  it('waits for an answer only for what is real and about a life or property', () => {
    expect(cellOf([device()], [alarm()]).unanswered).toBe(true);
    expect(cellOf([device()], [alarm({ state: 'acknowledged' })])).toMatchObject({ unanswered: false, look: 'life' });
    expect(cellOf([device()], [alarm({ test: true })]).unanswered).toBe(false);
    expect(cellOf([device()], [alarm({ severity: 'advisory' })]).unanswered).toBe(false);
    expect(cellOf([device()], [alarm({ state: 'acknowledged' }), alarm({ severity: 'property' })])).toMatchObject({ unanswered: true, look: 'life' });
  });

  it('is striped by a drill or a test, and never while something real is there', () => {
    expect(cellOf([device()], [alarm({ drill: true })]).striped).toBe('drill');
    expect(cellOf([device()], [alarm({ test: true })]).striped).toBe('test');
    expect(cellOf([device()], [alarm({ test: true }), alarm({ severity: 'technical' })])).toMatchObject({ striped: null, look: 'technical' });
    expect(cellOf([device()], [], [order()]).striped).toBe('test');
    expect(cellOf([device()], [], [order({ unit: 2 })]).striped).toBeNull();
    expect(cellOf([device()], [], [order({ building: null, unit: null, device: device().id })]).striped).toBe('test');
    expect(planOf([device()], [], [order({ reason: 'drill', building: null, unit: null })])[0]!.drill).toBe(true);
  });

  it('is there for an alarm of a device that the list does not have', () => {
    expect(cellOf([], [alarm()])).toMatchObject({ look: 'life', devices: [] });
    expect(planOf([], [alarm()], [], [])[0]!.buildings[0]).toMatchObject({ id: 'b03', name: '3栋' });
  });
});

describe('the plan', () => {
  it('puts flats above flats, common places last and the highest floor first', () => {
    const unit = buildingOf([flat('201'), flat('302'), flat('301'), device({ id: 'door', at: { building: 'b03', unit: 1, floor: 1, place: '单元门' } })]).units[0]!;
    expect(unit.rows.map(row => row.floor)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(unit.rows.map(row => row.slots.map(cell => cell && (cell.name ?? 'common')))).toEqual([
      [null, null, null], [null, null, null], [null, null, null], [null, null, null], ['301', '302', null], ['201', null, null], [null, null, 'common'],
    ]);
  });

  it.each([['301', 3, '01'], ['1201', 12, '01'], ['0301', 3, '01'], ['1002', 10, '02'], ['3-1', 3, '-1'], ['A', 3, 'A'], ['3', 3, '3'], ['B101', -1, 'B101'], ['301', null, '301']])(
    'finds the column of flat %s on floor %s', (name, floor, column) => {
      expect(columnOf(name, floor)).toBe(column);
    });

  it('keeps two flats apart that would share a place', () => {
    const unit = buildingOf([flat('301'), device({ id: 'x', at: at({ flat: '0301' }) })]).units[0]!;
    expect(unit.rows.find(row => row.floor === 3)!.slots.map(cell => cell?.name)).toEqual(expect.arrayContaining(['301', '0301']));
  });

  it('has a place for devices without a flat, without a floor, without a unit and without a building', () => {
    const of = (id: string, place: Device['at']) => device({ id, at: place });
    const [building, yard] = planOf([
      of('hall', { building: 'b03', unit: 1, place: '大厅' }), of('cellar', { building: 'b03', floor: -1, place: '地下室' }), of('meter', { building: 'b03', place: '配电间' }), of('gate', { place: '大门' }), of('air', {}),
    ])[0]!.buildings as [BuildingPlan, BuildingPlan];
    expect(building.units.map(unit => unit.unit)).toEqual([1, 2, null]);
    expect(building.units[0]!.rows.map(row => row.floor)).toEqual([7, 6, 5, 4, 3, 2, 1, -1, null]);
    expect([...building.cells.keys()].sort()).toEqual(['fukang-garden/b03/1//', 'fukang-garden/b03//-1/', 'fukang-garden/b03///'].sort());
    expect(yard).toMatchObject({ id: '~' });
    expect(yard.units[0]!.rows[0]!.slots.map(cell => cell?.name)).toEqual([null, '大门']);
  });

  it('draws a building of 2 units and 30 floors, each flat once', () => {
    const devices = [1, 2].flatMap(unit => Array.from({ length: 30 }, (_, floor) => [1, 2, 3, 4].map(n => flat(`${floor + 1}0${n}`, unit))).flat());
    const building = buildingOf(devices, [], [], [gateway({ buildings: [{ id: 'b03', name: '3栋', units: 2, floors: 30 }] })]);
    expect(building.units.map(unit => [unit.unit, unit.columns, unit.rows.length])).toEqual([[1, 4, 30], [2, 4, 30]]);
    const picture = pictureOf(building, scaleOf([building]));
    expect(new Set(picture.boxes.map(box => `${box.x} ${box.y}`)).size).toBe(240);
    expect(picture.boxes.every(box => box.cell !== null && box.x + box.width <= picture.width && box.y + box.height <= picture.height)).toBe(true);
    expect(picture.height).toBeLessThan(200);
  });

  it('survives an estate without buildings, none at all, and a site file that slipped', () => {
    expect(planOf([], [], [], [])).toEqual([]);
    expect(planOf([], [], [], [gateway({ buildings: [] })])[0]!.buildings).toEqual([]);
    expect(buildingOf([], [], [], [gateway({ buildings: [{ id: 'b03', name: '3栋', units: 1, floors: 2_000_000_000 }] })]).units[0]!.rows).toHaveLength(200);
  });

  it('keeps what is about a whole courtyard with the courtyard, and the duty room itself off the plan', () => {
    const silent = alarm({ kind: 'supervision', severity: 'property', device: null, at: {} });
    const plan = planOf([device()], [silent, { ...silent, id: 'x', courtyard: 'duty-room' }], [], [gateway({ state: 'silent' })]);
    expect(plan.map(({ id }) => id)).toEqual(['fukang-garden']);
    expect(plan[0]).toMatchObject({ alarms: [{ id: silent.id }], silentSince: '2026-11-22T04:30:00.000Z' });
  });

  it('makes anew only the building in which something changed', () => {
    const make = planner();
    const other = device({ id: 'b04-x', buildingName: '4栋', at: at({ building: 'b04' }) });
    const input = { gateways: [gateway()], devices: [device(), other], alarms: [] as Alarm[], orders: [] };
    const first = make(input)[0]!.buildings;
    const later = make({ ...input, gateways: [gateway({ lastHeard: '2026-11-22T04:31:00.000Z' })] })[0]!.buildings;
    expect(later.map((building, index) => building === first[index])).toEqual([true, true]);
    const [third, fourth] = make({ ...input, alarms: [alarm()] })[0]!.buildings;
    expect(third).not.toBe(first[0]);
    expect(fourth).toBe(first[1]);
    expect(make(input)[0]!.buildings[0]!.worst!.look).toBe('ok');
  });
});

describe('the worst of a building', () => {
  it('is a real alarm before a drill, and a drill before what is wrong with devices', () => {
    const worst = (...alarms: Alarm[]) => buildingOf([flat('301'), flat('201', 1, { state: 'trouble' })], alarms).worst!;
    const drill = alarm({ drill: true });
    const noise = alarm({ severity: 'advisory', kind: 'noise', at: at({ floor: 2, flat: '201' }) });
    expect(worst()).toMatchObject({ name: '201', look: 'trouble' });
    expect(worst(drill)).toMatchObject({ name: '301', striped: 'drill' });
    expect(worst(drill, noise)).toMatchObject({ name: '201', look: 'advisory' });
  });
});

describe('arrow keys', () => {
  const matrix = [['a', 'e', 'b'], [null, null, null], [null, 'f', null], ['c', 'd', null]];
  it.each([
    ['a', 'right', 'e'], ['b', 'left', 'e'], ['b', 'right', 'b'], ['f', 'left', 'f'], ['e', 'down', 'f'], ['a', 'down', 'c'], ['c', 'up', 'a'], ['b', 'down', 'f'], ['d', 'up', 'f'], ['a', 'up', 'a'], ['c', 'down', 'c'], [null, 'down', 'a'], ['gone', 'up', 'a'],
  ] as const)('lead from %s %s to %s', (from, direction, to) => {
    expect(step(matrix, from, direction)).toBe(to);
  });

  it('begin at what burns, else at the first cell', () => {
    const calm = buildingOf([flat('301'), flat('201')]);
    expect(firstOf(calm, calm.units)).toBe('fukang-garden/b03/1/3/301');
    const burning = buildingOf([flat('301'), flat('201')], [alarm({ at: at({ floor: 2, flat: '201' }) })]);
    expect(firstOf(burning, burning.units)).toBe('fukang-garden/b03/1/2/201');
    expect(matrixOf(burning.units)).toHaveLength(7);
  });
});

describe('zooming', () => {
  const plan = planOf([flat('301'), flat('302', 2), device({ id: 'gate', at: { place: '大门' } }), device({ id: 'cellar', at: { building: 'b03', floor: -1 } })]);
  const read = (to: unknown) => {
    const { params = {}, query = {} } = to as { params?: Record<string, string>; query?: Record<string, string> };
    return levelOf(plan, params, query);
  };
  const [building, yard] = plan[0]!.buildings as [BuildingPlan, BuildingPlan];

  it('finds every cell again by its address', () => {
    for (const cell of [...building.cells.values(), ...yard.cells.values()]) {
      expect(read(toSpot(cell)).cell, cell.key).toBe(cell);
    }
  });

  it('goes back from the flat to the unit, the building, the courtyard and the estate', () => {
    const cell = building.cells.get('fukang-garden/b03/1/3/301')!;
    expect(above(read(toSpot(cell)), false)).toEqual(toUnit(building, 1));
    expect(above(read(toUnit(building, 1)), false)).toEqual(toBuilding(building));
    expect(above(read(toBuilding(building)), false)).toEqual(toCourtyard('fukang-garden'));
    expect(above(read(toBuilding(building)), true)).toEqual(toEstate());
    expect(above(read(toCourtyard('fukang-garden')), false)).toEqual(toEstate());
    expect(above(read(toEstate()), false)).toBeNull();
    expect(above(read(toSpot([...yard.cells.values()][0]!)), false)).toEqual(toBuilding(yard));
  });

  it('says when an address names what is not there', () => {
    expect(read(toCourtyard('gone')).missing).toBe(true);
    expect(read(toBuilding({ courtyard: 'fukang-garden', id: 'b99' })).missing).toBe(true);
    expect(read(toSpot({ courtyard: 'fukang-garden', building: 'b03', unit: 1, floor: 6, name: '601' }))).toMatchObject({ missing: true, cell: null, unit: { unit: 1 } });
    expect(read(toBuilding(building)).missing).toBe(false);
  });
});

describe('the picture', () => {
  it('tells what lies under the pointer, and gives an alarm a mark that is large enough', () => {
    const devices = Array.from({ length: 30 }, (_, floor) => flat(`${floor + 1}01`));
    const building = buildingOf(devices, [alarm({ at: at({ floor: 20, flat: '2001' }) })], [], [gateway({ buildings: [{ id: 'b03', name: '3栋', units: 1, floors: 30 }] })]);
    const picture = pictureOf(building, scaleOf([building]));
    const box = picture.boxes.find(({ cell }) => cell?.name === '2001')!;
    expect(box.height).toBeLessThan(markSize);
    expect(markBox(box)).toMatchObject({ width: expect.any(Number), height: markSize });
    expect(hit(picture, box.x + 1, box.y + 1)!.name).toBe('2001');
    expect(hit(picture, box.x + 1, box.y - 3)!.name).toBe('2001');
    expect(hit(picture, box.x + 1, box.y + 2 * markSize)!.name).not.toBe('2001');
    expect(hit(picture, -20, 0)).toBeNull();
  });
});

describe('the cut-out', () => {
  const cut = (devices: Device[], spot: Device['at'] = at()) => cutoutOf(buildingOf(devices), spotOf('fukang-garden', spot)).map(row => row && [row.floor, ...row.slots.map(cell => cell && (cell.name ?? 'common'))]);

  it('shows the flats above, below and beside, and what is not known', () => {
    expect(cut([flat('401'), flat('301'), flat('302'), flat('202')])).toEqual([[4, '401', null], [3, '301', '302'], [2, null, '202']]);
  });

  it('has three rows also under the roof and on the ground', () => {
    expect(cut([flat('701'), flat('301')], at({ floor: 7, flat: '701' }))).toEqual([null, [7, '701'], [6, null]]);
    expect(cut([flat('101')], at({ floor: 1, flat: '101' }))).toEqual([[2, null], [1, '101'], null]);
  });

  it('shows at most two flats on either side', () => {
    const wide = Array.from({ length: 9 }, (_, n) => flat(`30${n + 1}`));
    expect(cut(wide, at({ flat: '301' }))[1]).toEqual([3, '301', '302', '303', '304', '305']);
    expect(cut(wide, at({ flat: '305' }))[1]).toEqual([3, '303', '304', '305', '306', '307']);
    expect(cut(wide, at({ flat: '309' }))[1]).toEqual([3, '305', '306', '307', '308', '309']);
  });

  it('shows a place without a floor or a building alone, and nothing of what is not there', () => {
    expect(cut([device({ at: { building: 'b03', unit: 1, place: '大厅' } })], { building: 'b03', unit: 1 })).toEqual([null, [null, 'common'], null]);
    expect(cut([flat('301')], at({ flat: '309' }))).toEqual([]);
    expect(keyOf(spotOf('c', { place: '大门' }))).toBe('c/~///大门');
  });
});
