import type { Device, Gateway, Trouble } from '@/api/types';

/** A gateway as the duty room would send it, with what a test cares about. */
export function gateway(over: Partial<Gateway> = {}): Gateway {
  return {
    id: 'fukang-garden', name: '富康花园小区', address: { street: '双河口街道', community: null, grid: null }, state: 'online', lastHeard: '2026-11-22T04:30:00.000Z', lastSequence: '1', missing: 0, queued: 0,
    uptimeSeconds: 1, version: '0.1.0', devices: { ok: 0, trouble: 0, unobserved: 0, unknown: 0 }, troubles: 0, buildings: [{ id: 'b03', name: '3栋', units: 2, floors: 7 }], lastProof: null, proofFailed: null,
    proofAnswered: null, proofOverdue: false, custody: { expected: null, seen: 0, late: 0, lastLate: null, double: 0, gaps: [], skipped: 0 }, ...over,
  };
}

export function device(over: Partial<Device> = {}): Device {
  return {
    id: 'b03-u1-301-smoke', courtyard: 'fukang-garden', courtyardName: '富康花园小区', name: '厨房烟感', class: 'smoke-detector', buildingName: '3栋', call: null, state: 'ok', reasons: [],
    at: { building: 'b03', unit: 1, floor: 3, flat: '301', place: '厨房' }, lastHeard: '2026-11-22T04:29:00.000Z', battery: 90, linkQuality: null, lastTest: null, ...over,
  };
}

export function order(over: Partial<Trouble> = {}): Trouble {
  return {
    id: 'o1', courtyard: 'fukang-garden', reason: 'under-test', device: null, raisedAt: '2026-11-22T04:00:00.000Z', clearedAt: null, detail: null, building: 'b03', unit: 1,
    service: { reason: '每月测试', by: '李工', until: '2026-11-22T05:30:00.000Z', shelves: null }, ...over,
  };
}
