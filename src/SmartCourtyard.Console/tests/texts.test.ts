import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actions } from '@/alarm/actions';
import { causes, commandStates, deviceClasses, escalations, healthStates, hints, kinds, reasons, reportSteps, severities, states, tiers } from '@/api/types';
import { serviceKinds } from '@/devices/service';
import { estateOf, calmText } from '@/live/estate';
import { choices } from '@/reports/span';
import en from '@/texts/en.json';
import zh from '@/texts/zh-CN.json';

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, prefix = ''): Map<string, string> {
  return new Map(Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)]));
}

const chinese = flat(zh);
const english = flat(en);
const root = join(import.meta.dirname, '../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => /\.(vue|ts)$/.test(file)).map(file => ({ file, text: readFileSync(join(root, file), 'utf8') }));

describe('the texts', () => {
  it('are the same set in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it('are none of them empty, and ask for the same values in both languages', () => {
    const asked = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]!).sort();
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe('');
      expect(english.get(key)!.trim(), key).not.toBe('');
      expect(asked(english.get(key)!), key).toEqual(asked(text));
    }
  });

  it.each([
    ['kind', kinds], ['severity', severities], ['state', states], ['cause', causes], ['causeHint', causes], ['tier', tiers], ['target', tiers],
    ['siteFile', commandStates], ['refusal', ['site-refused', 'not-supported', 'unreadable', 'refused', 'not-in-force']],
    ['serviceKind', serviceKinds], ['serviceHint', serviceKinds], ['serviceReason', serviceKinds],
    ['hint', hints], ['escalation', escalations], ['proofStep', ['stored', 'shown', 'unknown']],
    ['reportStep', reportSteps], ['reportStepFrom', reportSteps], ['reportSpan', choices], ['reportTile', ['alarms', 'falseRate', 'late', 'unresolved']],
    ['health', healthStates], ['reason', reasons], ['class', deviceClasses], ['action', [...actions, 'note']], ['role', ['viewer', 'operator', 'technician', 'admin']],
    ['error', ['offline', 'unauthorised', 'forbidden', 'not-found', 'conflict', 'invalid', 'busy', 'server']],
    ['timeline', ['raised', 'stored', 'shown', 'acknowledged', 'dispatched', 'arrived', 'resolved', 'closed', 'note', 'occurrence', 'reopened', 'cleared', 'confirmed', 'spread', 'drill-over', 'test-over', 'escalated']],
  ] as const)('know every word of %s', (group, words) => {
    for (const word of words) {
      expect(chinese.has(`${group}.${word}`), `${group}.${word}`).toBe(true);
    }
  });

  it('have every key that the source asks for by name', () => {
    const missing = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/(?<![\w.])t\(\s*'([\w.-]+)'/g)].map(match => match[1]!).filter(key => !chinese.has(key)).map(key => `${file}: ${key}`));
    expect(missing).toEqual([]);
  });

  it('are all used', () => {
    const all = sources.map(source => source.text).join('\n');
    const prefixes = [...all.matchAll(/[`']([a-zA-Z]+)\.(?:[a-z]+-)?\$\{/g)].map(match => `${match[1]}.`);
    const wordGroups = [...all.matchAll(/words?\('(\w+)'/g)].map(match => `${match[1]}.`);
    const unused = [...chinese.keys()].filter(key => !all.includes(`'${key}'`) && ![...prefixes, ...wordGroups].some(prefix => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });

  it('stand in no source but the resource files', () => {
    const han = sources.filter(({ file, text }) => !/(time|texts\/index)\.ts$/.test(file) && /\p{Script=Han}/u.test(text.replace(/\/\*\*[\s\S]*?\*\/|\/\/.*/g, ''))).map(source => source.file);
    expect(han).toEqual([]);
  });
});

describe('what is said when there is no alarm', () => {
  const gateway = { id: 'g', name: '富康花园小区', address: {}, lastHeard: null, lastSequence: null, missing: 0, queued: 0, uptimeSeconds: null, version: null, troubles: 0, buildings: [], lastProof: null, proofFailed: null, proofAnswered: null, proofOverdue: false, custody: { expected: null, seen: 0, late: 0, lastLate: null, double: 0, gaps: [], skipped: 0 } } as const;
  const with_ = (state: 'online' | 'silent' | 'unknown', ok: number, unobserved: number) =>
    calmText(estateOf([{ ...gateway, custody: { ...gateway.custody, gaps: [] }, buildings: [], state, devices: { ok, trouble: 0, unobserved, unknown: 0 } }]));

  it('is never "all well" where somebody is not heard', () => {
    expect(calmText(estateOf([])).key).toBe('board.emptyNothing');
    expect(with_('online', 0, 0).key).toBe('board.emptyNothing');
    expect(with_('silent', 0, 500)).toMatchObject({ key: 'board.emptySilent', name: '富康花园小区' });
    expect(with_('unknown', 0, 0).key).toBe('board.emptySilent');
    expect(with_('online', 496, 4)).toMatchObject({ key: 'board.emptyUnseen', count: 4 });
    expect(with_('online', 500, 0).key).toBe('board.emptySeen');
  });
});
