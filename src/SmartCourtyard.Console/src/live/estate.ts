import type { Device, DeviceCounts, Gateway } from '@/api/types';

export interface Estate {
  devices: DeviceCounts & { count: number; online: number };
  gateways: { count: number; online: number };
  silent: Gateway[];
  /** Events that have a number and never came. */
  lost: number;
}

/** What stands behind "no alarm": how much of the estate is really being heard. */
export function estateOf(gateways: Iterable<Gateway>): Estate {
  const estate: Estate = {
    devices: { ok: 0, trouble: 0, unobserved: 0, unknown: 0, count: 0, online: 0 },
    gateways: { count: 0, online: 0 },
    silent: [],
    lost: 0,
  };
  for (const gateway of gateways) {
    const { ok = 0, trouble = 0, unobserved = 0, unknown = 0 } = gateway.devices ?? {};
    estate.devices.ok += ok;
    estate.devices.trouble += trouble;
    estate.devices.unobserved += unobserved;
    estate.devices.unknown += unknown;
    estate.lost += gateway.missing;
    estate.gateways.count++;
    estate.gateways.online += Number(gateway.state === 'online');
    if (gateway.state !== 'online') {
      estate.silent.push(gateway);
    }
  }
  const { ok, trouble, unobserved, unknown } = estate.devices;
  estate.devices.online = ok + trouble;
  estate.devices.count = ok + trouble + unobserved + unknown;
  return estate;
}

/** What may honestly be said when there is no alarm; the name of the text and what goes into it. */
export function calmText(estate: Estate): { key: string; count?: number; name?: string } {
  const silent = estate.silent[0];
  if (estate.gateways.count === 0 || (estate.devices.count === 0 && !silent)) {
    return { key: 'board.emptyNothing' };
  }
  if (silent) {
    return { key: 'board.emptySilent', name: silent.name || silent.id };
  }
  const unseen = estate.devices.unobserved + estate.devices.unknown;
  return unseen > 0 ? { key: 'board.emptyUnseen', count: unseen } : { key: 'board.emptySeen' };
}

const healthOrder = ['unobserved', 'trouble', 'unknown', 'ok'];

/** Those that need somebody first. */
export function byNeed(a: Device, b: Device): number {
  return healthOrder.indexOf(a.state) - healthOrder.indexOf(b.state)
    || (a.courtyardName ?? a.courtyard).localeCompare(b.courtyardName ?? b.courtyard)
    || a.id.localeCompare(b.id);
}
