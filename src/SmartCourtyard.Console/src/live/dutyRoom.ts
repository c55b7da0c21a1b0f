import { computed, reactive, ref, shallowReactive, shallowRef } from 'vue';
import { Alarms, type Change } from '@/alarm/alarms';
import { call, tellUnauthorised, type Failure } from '@/api/client';
import type { Alarm, AlarmEvent, Command, Device, Gateway, Page, Presence, PresenceState, Trouble } from '@/api/types';
import { againMs, chimeMs } from '@/sound/which';
import { openStream } from './openStream';
import { renewNow } from './serverClock';
import type { ServerEvent } from './sse';
import { LiveStream, lostAfterMs, type StreamPhase } from './stream';

const pageSize = 200;
const mostPages = 20;
/** The list is read again now and then even though the stream should have told everything. */
const reconcileMs = 5 * 60_000;
const retryMs = 2_000;

export const alarms = new Alarms();
export const gateways = shallowReactive(new Map<string, Gateway>());
export const devices = shallowReactive(new Map<string, Device>());
/** What gateways were told to do lately, by id. */
export const commands = shallowReactive(new Map<string, Command>());
/** What people say of parts of the estate and is in force, by the id of the trouble that stands for it. */
export const orders = shallowReactive(new Map<string, Trouble>());
/** What is wrong with gateways themselves, by the id of the trouble. */
export const faults = shallowReactive(new Map<string, Trouble>());
/** What is wrong with devices and since when, by the id of the trouble; that something is wrong stands with the device too. */
export const deviceFaults = shallowReactive(new Map<string, Trouble>());
/** Whether the duty room was asked if somebody is there: the question that waits, how often it is asked, and the newest ones. */
export const presence = shallowRef<PresenceState>({ open: null, everyMinutes: 0, items: [] });
export const ringing = reactive(new Map<string, number>());
/** Alarms that went off again after somebody had answered them, until that was seen. */
export const again = reactive(new Set<string>());
export const loaded = ref(false);
export const loadFailure = ref<Failure | null>(null);
export const estateLoaded = ref(false);
export const estateFailed = ref(false);
export const devicesLoaded = ref(false);
export const devicesFailure = ref<Failure | null>(null);
export const announcement = shallowRef<{ alarm: Alarm; change: Change } | null>(null);
export const connection = reactive({ phase: 'stopped' as StreamPhase, lost: false, silentMs: 0, downMs: 0 });
export const sessionExpired = ref(false);

export const openAlarms = computed(() => alarms.open.filter(alarm => !alarm.proof));
/** The daily tests that are under way; some ask whether a person sees them. They never stand among alarms. */
export const openProofs = computed(() => alarms.open.filter(alarm => alarm.proof));

const stream = new LiveStream({
  open: openStream,
  event: take,
  gap: () => void load().then(loadEstate),
  reset: () => { alarms.forgetOrder(); void load().then(loadEstate); },
  unauthorised: tellUnauthorised,
  monotonic: () => performance.now(),
  random: Math.random,
  changed: watchConnection,
});

let running = false;
let startedAt = 0;

function watchConnection(): void {
  const nowMs = performance.now();
  connection.phase = stream.phase;
  // Until the first list is here the console is as blind as without a stream.
  const blindMs = running && !loaded.value ? nowMs - startedAt : 0;
  connection.lost = stream.isLost(nowMs) || blindMs > lostAfterMs;
  connection.silentMs = stream.lastHeardAt === null ? 0 : nowMs - stream.lastHeardAt;
  connection.downMs = Math.max(blindMs, stream.downSince === null ? 0 : nowMs - stream.downSince);
  for (const [id, until] of ringing) {
    if (until <= nowMs) {
      ringing.delete(id);
    }
  }
}

function take(event: ServerEvent): void {
  const data = parse(event.data);
  if (data === null) {
    return;
  }
  switch (event.type) {
    case 'alarm': takeAlarm(data as AlarmEvent, Number(event.id ?? Number.NaN)); break;
    case 'gateway': takeGateway(data as Gateway); break;
    case 'device': keep(devices, data as Device, deviceKey); break;
    case 'trouble': takeTrouble(data as Trouble); break;
    case 'presence': takePresence(data as Presence); break;
    case 'site': void loadEstate(); break;
    case 'command': keep(commands, data as Command, commandKey); break;
  }
}

function takePresence(check: Presence): void {
  const { everyMinutes, items } = presence.value;
  const list = [check, ...items.filter(item => item.id !== check.id)].sort((a, b) => Date.parse(b.askedAt) - Date.parse(a.askedAt));
  presence.value = { everyMinutes, items: list, open: list.find(item => !item.answeredAt && !item.alarm) ?? null };
}

/** Troubles that ended in the stream: a list that was asked for before may still have them. */
const ended = new Set<string>();

function takeTrouble(trouble: Trouble): void {
  const among = placeOf(trouble);
  if (trouble.clearedAt) {
    ended.add(trouble.id);
    among.delete(trouble.id);
  } else if (!ended.has(trouble.id)) {
    among.set(trouble.id, trouble);
  }
}

function placeOf(trouble: Trouble): Map<string, Trouble> {
  return trouble.service ? orders : trouble.device ? deviceFaults : faults;
}

function takeGateway(gateway: Gateway): void {
  const before = gateways.get(gatewayKey(gateway))?.state;
  keep(gateways, gateway, gatewayKey);
  if (before !== gateway.state) {
    // A courtyard that falls silent or is heard again changes all its devices without a word about each.
    void loadEstate();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const gatewayKey = (gateway: Gateway): string => gateway.id;
const commandKey = (command: Command): string => command.id;
const deviceKey = (device: Device): string => `${device.courtyard}/${device.id}`;

function keep<T extends { id: string }>(map: Map<string, T>, item: T, key: (item: T) => string): void {
  if (item.id) {
    map.set(key(item), { ...map.get(key(item)), ...item });
  }
}

function takeAlarm(event: AlarmEvent, id: number): void {
  renewNow();
  const change = alarms.apply(event, id);
  if (event.proof || (change !== 'new' && change !== 'again')) {
    return;
  }
  ringing.set(event.id, performance.now() + (change === 'again' ? againMs : chimeMs));
  if (change === 'again' && event.state !== 'raised') {
    again.add(event.id);
  }
  announcement.value = { alarm: event, change };
}

/** The officer has seen that it went off again. */
export function heard(id: string): void {
  again.delete(id);
  ringing.delete(id);
}

async function loadAlarms(): Promise<Failure | null> {
  const items: Alarm[] = [];
  let position = Number.NaN;
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page++) {
    const after: string = cursor ? `&after=${encodeURIComponent(cursor)}` : '';
    const outcome = await call<Page<Alarm>>('GET', `/api/v1/alarms?state=open&limit=${pageSize}${after}`);
    if (!outcome.ok) {
      return outcome.failure;
    }
    if (page === 0) {
      position = Number(outcome.headers.get('X-Stream-Position') ?? Number.NaN);
    }
    items.push(...outcome.value.items);
    cursor = outcome.value.next ?? null;
    if (!cursor) {
      break;
    }
  }
  adopt(items, position);
  return null;
}

function adopt(items: Alarm[], position: number): void {
  alarms.load(items, Number.isNaN(position) ? 0 : position);
  renewNow();
  loaded.value = true;
  if (stream.phase !== 'live' || stream.lastEventId === null) {
    stream.start(Number.isNaN(position) ? null : String(position));
  }
}

let loading: Promise<void> | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Loads what is open and follows the stream from there; tries again by itself until it succeeds. */
export function load(): Promise<void> {
  clearTimeout(retry);
  loading ??= loadAlarms().then(failure => {
    loading = null;
    loadFailure.value = failure;
    if (failure && failure !== 'unauthorised' && running) {
      retry = setTimeout(() => void load(), retryMs);
    }
  });
  return loading;
}

/** Gateways and devices: what stands behind "no alarm". */
export async function loadEstate(): Promise<void> {
  const before = [...orders.keys(), ...faults.keys(), ...deviceFaults.keys()];
  const [gatewayList, deviceList, commandList, troubleList, presenceState] = await Promise.all([
    call<Page<Gateway>>('GET', '/api/v1/gateways'),
    call<Page<Device>>('GET', '/api/v1/devices'),
    call<Page<Command>>('GET', '/api/v1/commands'),
    call<Page<Trouble>>('GET', '/api/v1/troubles'),
    call<PresenceState>('GET', '/api/v1/presence'),
  ]);
  if (gatewayList.ok) {
    replace(gateways, gatewayList.value.items, gatewayKey);
    estateLoaded.value = true;
  }
  if (deviceList.ok) {
    replace(devices, deviceList.value.items, deviceKey);
  }
  if (commandList.ok) {
    // The list may be older than what the stream has told meanwhile; an answer is never taken back.
    const answered = [...commands.values()].filter(command => command.answeredAt);
    replace(commands, commandList.value.items, commandKey);
    answered.forEach(command => keep(commands, command, commandKey));
  }
  if (troubleList.ok) {
    // What began in the stream meanwhile stands, though the list does not know it yet.
    before.forEach(id => [orders, faults, deviceFaults].forEach(map => map.delete(id)));
    troubleList.value.items.filter(trouble => !ended.has(trouble.id)).forEach(trouble => placeOf(trouble).set(trouble.id, trouble));
  }
  if (presenceState.ok) {
    presence.value = presenceState.value;
  }
  estateFailed.value = !gatewayList.ok;
  devicesFailure.value = deviceList.ok ? null : deviceList.failure;
  devicesLoaded.value ||= deviceList.ok;
}

function replace<T>(map: Map<string, T>, items: T[], key: (item: T) => string): void {
  map.clear();
  items.forEach(item => map.set(key(item), item));
}

let timers: Array<ReturnType<typeof setInterval>> = [];
const hurry = (): void => stream.hurry();

export function startDutyRoom(): void {
  if (running) {
    return;
  }
  running = true;
  startedAt = performance.now();
  sessionExpired.value = false;
  void load().then(loadEstate);
  timers = [
    setInterval(watchConnection, 250),
    setInterval(() => void load().then(loadEstate), reconcileMs),
  ];
  addEventListener('online', hurry);
}

export function stopDutyRoom(): void {
  running = false;
  timers.forEach(clearInterval);
  clearTimeout(retry);
  removeEventListener('online', hurry);
  stream.stop();
  alarms.clear();
  ringing.clear();
  again.clear();
  gateways.clear();
  devices.clear();
  commands.clear();
  orders.clear();
  faults.clear();
  deviceFaults.clear();
  presence.value = { open: null, everyMinutes: 0, items: [] };
  ended.clear();
  loaded.value = estateLoaded.value = devicesLoaded.value = false;
  loadFailure.value = devicesFailure.value = null;
  watchConnection();
}

export const reconnectNow = hurry;
