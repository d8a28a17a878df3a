import {
  type EffectiveSetting,
  type EffectiveSettings,
  largest,
  type MatchingPolicy,
  type SettingSource,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { paint, placeText, type Style } from './style.ts';

/** Each resource with what is in force for it, where that comes from, and what it overrides. */
export function policiesText(all: readonly EffectiveSettings[], style: Style): string {
  if (all.length === 0) return 'No settings and no policies.\n';
  const blocks = all.map((one) => [...resourceLines(one, style), '']);
  return `${[...blocks.flat(), plural(all.length, 'resource')].join('\n')}\n`;
}

function resourceLines({ title, detail, at, settings, policies }: EffectiveSettings, style: Style): string[] {
  const names = largest(
    settings.map(({ name }) => escapeText(name).length),
    0,
  );
  const values = largest(
    settings.map(({ text }) => escapeText(text).length),
    0,
  );
  return [
    `${paint(style, 'bold', escapeText(title))} (${escapeText(detail)})${placeText(at, style)}`,
    ...settings.map((one) => settingLine(one, Math.min(names, WIDEST), Math.min(values, WIDEST), style)),
    ...policies.map((one) => policyLine(one, style)),
  ];
}

/** Longer names stand out of their column. */
const WIDEST = 40;

function settingLine(
  { name, text, overridden, ...rest }: EffectiveSetting,
  names: number,
  values: number,
  style: Style,
): string {
  const lost = overridden.map((one) => `${sourceText(one, style)} says ${escapeText(one.text)}`).join('; ');
  const from = sourceText({ ...rest, text }, style);
  return `  ${escapeText(name).padEnd(names)}  ${escapeText(text).padEnd(values)}  ${from}${lost === '' ? '' : `; ${lost}`}`;
}

function sourceText({ from, at }: SettingSource, style: Style): string {
  return `${escapeText(from)}${placeText(at, style, ' ')}`;
}

const STATE = {
  'in-force': { word: 'in force', colour: 'green' },
  outranked: { word: 'outranked', colour: 'yellow' },
  tied: { word: 'tied', colour: 'yellow' },
  unsupported: { word: 'skipped', colour: 'yellow' },
  unknown: { word: 'unknown', colour: 'yellow' },
} as const;

function policyLine({ title, priority, state, why }: MatchingPolicy, style: Style): string {
  const { word, colour } = STATE[state];
  return `  ${escapeText(title)}, priority ${priority}: ${paint(style, colour, word)}${why === undefined ? '' : `, ${escapeText(why)}`}`;
}
