import { stateRank } from '@/alarm/actions';
import { severities, type Alarm } from '@/api/types';

export interface Fold {
  courtyard: string;
  courtyardName: string;
  alarms: Alarm[];
  /** How many of them concern a life. */
  life: number;
  unanswered: number;
}

export interface Column {
  alarms: Alarm[];
  folds: Fold[];
  count: number;
}

export interface Board {
  burning: Column;
  inHand: Column;
  quiet: Column;
}

/** At most this many cards stand open in a column: more than one person can act on at once. */
export const cardsAtOnce = 6;

export type ColumnName = keyof Board;

/** Burning is what sounds until answered and has nobody on the way; quiet is what never sounds for long. */
export function columnOf(alarm: Pick<Alarm, 'state' | 'severity'>): ColumnName {
  if (stateRank(alarm.state) >= stateRank('dispatched')) {
    return 'inHand';
  }
  return alarm.severity === 'life' || alarm.severity === 'property' ? 'burning' : 'quiet';
}

const instant = (text: string): number => Date.parse(text) || 0;

/** How sure it is: a fire on several floors before one that a second detector confirmed, and that before one detector's word. */
const certainty = (alarm: Alarm): number => Number(alarm.spread) * 2 + Number(alarm.confirmed);

/**
 * Real before test, unanswered before answered, life before property, what happens now before what came late, surer first, and who has
 * waited longest first: new cards do not push others about.
 */
export function byUrgency(a: Alarm, b: Alarm): number {
  return Number(a.test || a.drill) - Number(b.test || b.drill)
    || Number(a.state !== 'raised') - Number(b.state !== 'raised')
    || severities.indexOf(a.severity) - severities.indexOf(b.severity)
    || Number(a.late) - Number(b.late)
    || certainty(b) - certainty(a)
    || instant(a.raisedAt) - instant(b.raisedAt)
    || a.id.localeCompare(b.id);
}

/** In hand: what runs out first comes first; what has no deadline after it; what only waits to be closed last. */
export function byDeadline(a: Alarm, b: Alarm): number {
  const due = (alarm: Alarm): number => (alarm.deadline ? instant(alarm.deadline) : Number.MAX_SAFE_INTEGER);
  return Number(a.state === 'resolved') - Number(b.state === 'resolved') || due(a) - due(b) || byUrgency(a, b);
}

function foldByCourtyard(alarms: Alarm[]): Fold[] {
  const folds = new Map<string, Fold>();
  for (const alarm of alarms) {
    const fold = folds.get(alarm.courtyard)
      ?? { courtyard: alarm.courtyard, courtyardName: alarm.courtyardName || alarm.courtyard, alarms: [], life: 0, unanswered: 0 };
    fold.alarms.push(alarm);
    fold.life += Number(alarm.severity === 'life');
    fold.unanswered += Number(alarm.state === 'raised');
    folds.set(alarm.courtyard, fold);
  }
  return [...folds.values()].sort((a, b) => b.unanswered - a.unanswered || b.life - a.life || a.courtyardName.localeCompare(b.courtyardName));
}

function column(alarms: Alarm[], order: (a: Alarm, b: Alarm) => number, limit: number): Column {
  const sorted = [...alarms].sort(order);
  // A fold of one would take the room of the card it hides.
  const shown = sorted.length <= limit + 1 ? sorted.length : limit;
  return { alarms: sorted.slice(0, shown), folds: foldByCourtyard(sorted.slice(shown)), count: sorted.length };
}

export function arrange(open: Alarm[], limit = cardsAtOnce): Board {
  const of = (name: ColumnName): Alarm[] => open.filter(alarm => alarm.state !== 'closed' && columnOf(alarm) === name);
  return {
    burning: column(of('burning'), byUrgency, limit),
    inHand: column(of('inHand'), byDeadline, limit),
    quiet: column(of('quiet'), byUrgency, limit),
  };
}

/** Whether an alarm fits what was typed into the search: every word must be found somewhere in it. */
export function matches(texts: Array<string | null | undefined>, search: string): boolean {
  const hay = texts.filter(Boolean).join(' ').toLowerCase();
  return search.toLowerCase().split(/\s+/).filter(Boolean).every(word => hay.includes(word));
}
