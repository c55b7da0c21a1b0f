import { i18n, kindOf, language, where, word } from '@/texts';
import type { Alarm, Device } from '@/api/types';
import { yard, type Cell, type Look } from './cells';
import type { BuildingPlan } from './layout';

const { t } = i18n.global;
const comma = (parts: Array<string | null | undefined | false>): string => parts.filter(Boolean).join(language.value === 'zh-CN' ? '，' : ', ');

export const lookWord = (look: Look): string => {
  switch (look) {
    case 'none': return t('plan.noDevice');
    case 'trouble': case 'unobserved': case 'unknown': case 'ok': return word('health', look);
    default: return word('severity', look);
  }
};

/** What a cell says in a word: what burns there, else how its devices are. */
export const cellWord = (cell: Cell): string => (cell.alarms[0] ? kindOf(cell.alarms[0]) : cell.striped ? t('card.test') : lookWord(cell.look));

export const buildingName = (building: Pick<BuildingPlan, 'id' | 'name'>): string => (building.id === yard ? t('plan.yard') : building.name || building.id);
export const unitName = (unit: number | null, id?: string): string => (unit !== null ? t('place.unit', { unit }) : t(id === yard ? 'plan.places' : 'plan.whole'));
export const floorName = (floor: number | null): string => (floor === null ? '–' : t('place.floor', { floor }));

/** A cell within its unit: the flat, the place in the yard, or that it is common to the floor. */
export const cellName = (cell: Pick<Cell, 'name'>): string => cell.name ?? t('plan.common');

/** The whole place in words, from the building down. */
export function cellPlace(cell: Cell, building: Pick<BuildingPlan, 'id' | 'name'> | null): string {
  if (cell.building === null) {
    return `${t('plan.yard')} ${cell.name ?? ''}`.trim();
  }
  const inside = cell.name ?? [cell.floor === null ? null : floorName(cell.floor), t('plan.common')].filter(Boolean).join(' ');
  return where({ courtyard: cell.courtyard, buildingName: building ? buildingName(building) : null, at: { building: cell.building, unit: cell.unit, flat: inside } });
}

const marks = (alarm: Alarm): string | false => alarm.drill ? t('card.drill') : alarm.test && t('card.test');
const alarmText = (alarm: Alarm): string => comma([kindOf(alarm), word('severity', alarm.severity), word('state', alarm.state), marks(alarm)]);

export function healthText(health: Readonly<Record<Device['state'], number>>): string {
  const poor = (['unobserved', 'trouble', 'unknown'] as const).filter(state => health[state] > 0).map(state => t(`estate.${state}`, { count: health[state] }));
  const count = health.ok + health.trouble + health.unobserved + health.unknown;
  return count === 0 ? t('plan.noDevice') : comma([t('plan.devices', { count }), ...(poor.length > 0 ? poor : [word('health', 'ok')])]);
}

function healthOf(devices: readonly Device[]): Record<Device['state'], number> {
  const health = { ok: 0, trouble: 0, unobserved: 0, unknown: 0 };
  devices.forEach(device => { health[device.state]++; });
  return health;
}

/** All that a cell shows, for those who hear it. */
export const cellLabel = (cell: Cell): string =>
  comma([cellName(cell), ...cell.alarms.map(alarmText), cell.striped && cell.alarms.length === 0 && t('card.test'), healthText(healthOf(cell.devices))]);

export const buildingLabel = (building: BuildingPlan): string => {
  const unanswered = building.alarms.filter(alarm => alarm.state === 'raised').length;
  return comma([
    buildingName(building),
    building.alarms.length > 0 && t('plan.alarms', { count: building.alarms.length }),
    unanswered > 0 && t('board.unanswered', { count: unanswered }),
    building.alarms[0] && `${where(building.alarms[0])} ${kindOf(building.alarms[0])}`,
    healthText(building.health),
  ]);
};
