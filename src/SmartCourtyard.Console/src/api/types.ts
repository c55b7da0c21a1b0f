export const severities = ['life', 'property', 'advisory', 'technical'] as const;
export type Severity = (typeof severities)[number];

export const kinds = [
  'smoke', 'heat', 'gas', 'carbon-monoxide', 'emergency-call', 'fall', 'water-leak', 'water-level', 'air-quality', 'noise',
  'electrical', 'intrusion', 'equipment', 'tamper', 'supervision',
] as const;
export type AlarmKind = (typeof kinds)[number];

export const states = ['raised', 'acknowledged', 'dispatched', 'on-scene', 'resolved', 'closed'] as const;
export type AlarmState = (typeof states)[number];

export const causes = ['true-alarm', 'false-alarm', 'test', 'fault'] as const;
export type ResolveCause = (typeof causes)[number];

export const tiers = ['building', 'grid', 'community', 'street'] as const;
export type Tier = (typeof tiers)[number];

export const healthStates = ['ok', 'trouble', 'unobserved', 'unknown'] as const;
export type HealthState = (typeof healthStates)[number];

export const reasons = [
  'silent', 'battery-low', 'weak-signal', 'stuck', 'noisy', 'drifting', 'tampered', 'fault', 'test-overdue', 'end-of-life',
  'out-of-range', 'undecodable', 'broker-lost', 'bridge-offline', 'storage-failing', 'event-refused', 'overloaded',
] as const;
export type TroubleReason = (typeof reasons)[number];

export const deviceClasses = [
  'smoke-detector', 'heat-detector', 'gas-detector', 'co-detector', 'emergency-button', 'fall-detector', 'air-monitor', 'noise-meter',
  'water-leak', 'water-level', 'electrical-monitor', 'door-contact', 'motion', 'vibration', 'equipment-contact', 'access-control',
  'plate-gate', 'camera', 'siren', 'gas-valve', 'reassurance-lamp', 'intercom', 'repeater',
] as const;
export type DeviceClass = (typeof deviceClasses)[number];

export interface Place {
  building?: string | null;
  unit?: number | null;
  floor?: number | null;
  flat?: string | null;
  place?: string | null;
}

export interface TimelineEntry {
  at: string;
  what: string;
  by?: string | null;
  note?: string | null;
}

export interface Alarm {
  id: string;
  courtyard: string;
  courtyardName?: string | null;
  buildingName?: string | null;
  kind: AlarmKind;
  severity: Severity;
  device?: string | null;
  deviceName?: string | null;
  at?: Place | null;
  state: AlarmState;
  condition: 'active' | 'cleared';
  raisedAt: string;
  receivedAt: string;
  shownAt?: string | null;
  acknowledgedAt?: string | null;
  late: boolean;
  test: boolean;
  occurrences: number;
  acknowledgedBy?: string | null;
  dispatchedTo?: string | null;
  resolution?: ResolveCause | null;
  clearedAt?: string | null;
  tier?: Tier | null;
  deadline?: string | null;
  timeline?: TimelineEntry[] | null;
}

export interface AlarmEvent extends Alarm {
  sound?: boolean;
}

export interface DeviceCounts {
  ok: number;
  trouble: number;
  unobserved: number;
  unknown: number;
}

export interface Gateway {
  id: string;
  name?: string | null;
  address?: { street?: string | null; community?: string | null; grid?: string | null } | null;
  state: 'unknown' | 'online' | 'silent';
  lastHeard?: string | null;
  missing?: number;
  queued?: number;
  devices?: DeviceCounts;
  troubles?: number;
}

export interface Device {
  id: string;
  courtyard: string;
  courtyardName?: string | null;
  name?: string | null;
  class?: string | null;
  at?: Place | null;
  buildingName?: string | null;
  state: HealthState;
  reasons: string[];
  lastHeard?: string | null;
  battery?: number | null;
  linkQuality?: number | null;
  lastTest?: string | null;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Session {
  user: string;
  roles: string[];
}
