import type { Device, DeviceCounts, Gateway } from '@/api/types';

export interface Estate {
  devices: DeviceCounts & { count: number; online: number };
  gateways: { count: number; online: number };
  silent: Gateway[];
}

/** What stands behind "no alarm": how much of the estate is really being heard. */
export function estateOf(gateways: Iterable<Gateway>): Estate {
  const estate: Estate = {
    devices: { ok: 0, trouble: 0, unobserved: 0, unknown: 0, count: 0, online: 0 },
    gateways: { count: 0, online: 0 },
    silent: [],
  };
  for (const gateway of gateways) {
    const { ok = 0, trouble = 0, unobserved = 0, unknown = 0 } = gateway.devices ?? {};
    estate.devices.ok += ok;
    estate.devices.trouble += trouble;
    estate.devices.unobserved += unobserved;
    estate.devices.unknown += unknown;
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

const healthOrder = ['unobserved', 'trouble', 'unknown', 'ok'];

/** Those that need somebody first. */
export function byNeed(a: Device, b: Device): number {
  return healthOrder.indexOf(a.state) - healthOrder.indexOf(b.state)
    || (a.courtyardName ?? a.courtyard).localeCompare(b.courtyardName ?? b.courtyard)
    || a.id.localeCompare(b.id);
}
