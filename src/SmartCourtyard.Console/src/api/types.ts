import type { components } from './schema';

type Schemas = components['schemas'];

export const severities = ['life', 'property', 'advisory', 'technical'] as const satisfies readonly Schemas['Severity'][];
export type Severity = Schemas['Severity'];

export const kinds = [
  'smoke', 'heat', 'gas', 'carbon-monoxide', 'emergency-call', 'fall', 'water-leak', 'water-level', 'air-quality', 'noise',
  'electrical', 'intrusion', 'equipment', 'tamper', 'supervision',
] as const satisfies readonly Schemas['AlarmKind'][];
export type AlarmKind = Schemas['AlarmKind'];

export const states = ['raised', 'acknowledged', 'dispatched', 'on-scene', 'resolved', 'closed'] as const satisfies readonly Schemas['AlarmState'][];
export type AlarmState = Schemas['AlarmState'];

export const causes = ['true-alarm', 'false-alarm', 'test', 'fault'] as const satisfies readonly Schemas['Resolution'][];
export type ResolveCause = NonNullable<Schemas['Resolution']>;

export const tiers = ['building', 'grid', 'community', 'street'] as const satisfies readonly Schemas['Tier'][];
export type Tier = Schemas['Tier'];

export const escalations = ['no-board', 'unanswered'] as const satisfies readonly Schemas['Escalation'][];
export type Escalation = NonNullable<Schemas['Escalation']>;

export const healthStates = ['ok', 'trouble', 'unobserved', 'unknown'] as const satisfies readonly Schemas['HealthState'][];
export type HealthState = Schemas['HealthState'];

export const reasons = [
  'silent', 'battery-low', 'weak-signal', 'stuck', 'noisy', 'drifting', 'tampered', 'fault', 'test-overdue', 'end-of-life',
  'out-of-range', 'undecodable', 'broker-lost', 'bridge-offline', 'connection-lost', 'storage-failing', 'event-refused', 'path-down', 'overloaded',
  'site-refused', 'out-of-service', 'shelved', 'under-test', 'drill', 'self-test-failed',
  'receipt-overdue', 'overheated', 'undervoltage', 'memory-low', 'disk-low', 'disk-worn', 'clock-wrong',
] as const satisfies readonly Schemas['TroubleReason'][];
export type TroubleReason = Schemas['TroubleReason'];

export const deviceClasses = [
  'smoke-detector', 'heat-detector', 'gas-detector', 'co-detector', 'emergency-button', 'fall-detector', 'air-monitor', 'noise-meter',
  'water-leak', 'water-level', 'electrical-monitor', 'door-contact', 'motion', 'vibration', 'equipment-contact', 'access-control',
  'plate-gate', 'camera', 'siren', 'gas-valve', 'reassurance-lamp', 'intercom', 'repeater',
] as const;
export type DeviceClass = (typeof deviceClasses)[number];

export const hints = ['shower', 'cooking'] as const satisfies readonly Schemas['AlarmHint'][];
export type AlarmHint = NonNullable<Schemas['AlarmHint']>;

export const commandStates = ['open', 'done', 'failed', 'unanswered'] as const satisfies readonly Schemas['CommandState'][];
export type CommandState = Schemas['CommandState'];

export const reportSteps = ['received', 'shown', 'answered', 'on-site', 'closed'] as const satisfies readonly Schemas['Step'][];
export type ReportStep = Schemas['Step'];

export type Place = Schemas['PlaceView'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type AlarmEvent = Schemas['AlarmView'];
export type Alarm = Omit<AlarmEvent, 'sound'>;
export type DeviceCounts = Schemas['DeviceCounts'];
export type Gateway = Schemas['GatewayView'];
export type Device = Schemas['DeviceView'];
export type Command = Schemas['CommandView'];
export type Trouble = Schemas['TroubleView'];
export type ServiceRequest = Schemas['ServiceRequest'];
export type Presence = Schemas['PresenceView'];
export type PresenceState = Schemas['PresenceState'];
export type Session = Schemas['SessionView'];
export type Problem = Schemas['Problem'];
export type ResponseReport = Schemas['ResponseReport'];
export type StepNumbers = Schemas['StepNumbers'];
export type DayCount = Schemas['DayCount'];
export type CausesReport = Schemas['CausesReport'];
export type CauseCounts = Schemas['CauseCounts'];

export interface Page<T> {
  items: T[];
  next?: string | null;
}

// A word that the server learns must be learned here too: these lines stop the build where one is missing.
type Missing<All, Known> = Exclude<All, Known>;
type Complete<T extends never> = T;
export type EveryWordIsKnown = Complete<
  | Missing<Severity, (typeof severities)[number]>
  | Missing<AlarmKind, (typeof kinds)[number]>
  | Missing<AlarmState, (typeof states)[number]>
  | Missing<ResolveCause, (typeof causes)[number]>
  | Missing<Tier, (typeof tiers)[number]>
  | Missing<HealthState, (typeof healthStates)[number]>
  | Missing<TroubleReason, (typeof reasons)[number]>
  | Missing<AlarmHint, (typeof hints)[number]>
  | Missing<Escalation, (typeof escalations)[number]>
  | Missing<CommandState, (typeof commandStates)[number]>
  | Missing<ReportStep, (typeof reportSteps)[number]>
>;
