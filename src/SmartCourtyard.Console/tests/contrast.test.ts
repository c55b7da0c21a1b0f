import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../src/look/tokens.css'), 'utf8');

function tokens(theme: string): Map<string, string> {
  const block = css.slice(css.indexOf(`[data-theme='${theme}']`)).split('}')[0]!;
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(match => [match[1]!, match[2]!]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

const pairs: Array<[string, string]> = [
  ...['text', 'text-2', 'text-3'].flatMap(ink => ['surface', 'bg', 'lane', 'raised', 'plan-cell'].map(ground => [ink, ground] as [string, string])),
  ...['life', 'property', 'advisory', 'technical'].flatMap(severity => [[`on-${severity}`, severity], [`on-${severity}`, `${severity}-hover`], [`${severity}-ink`, 'surface'], [`${severity}-ink`, `${severity}-tint`], ['text', `${severity}-tint`]] as Array<[string, string]>),
  ['on-button', 'button'], ['on-button', 'button-hover'], ['on-frame', 'frame'], ['on-frame-2', 'frame'], ['on-frame-2', 'frame-hover'], ['on-frame', 'frame-line'],
  ['link', 'surface'], ['link', 'bg'], ['ok', 'raised'], ['technical-ink', 'plan-cell'], ['life-ink', 'bg'],
];

describe.each(['light', 'dark'])('the %s theme', theme => {
  const held = tokens(theme);
  it.each(pairs)('reads %s on %s (AA: 4.5)', (ink, ground) => {
    expect(contrast(held.get(ink)!, held.get(ground)!)).toBeGreaterThanOrEqual(4.5);
  });
});
