import { styleText } from 'node:util';
import {
  type Diagnostic,
  formatSource,
  provenanceOf,
  type RiskClass,
  type Severity,
  type Source,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';

/** How text is laid out for the reader at hand. */
export interface Style {
  /** Where places and notes stand; see `noteColumn`. */
  readonly noteColumn?: number;
  readonly colour: boolean;
  /** Columns of the terminal; where there is none, 100 serves. */
  readonly width: number;
  /** Says what is left out by default: fields of new resources, dependents by name, calls, what went well. */
  readonly verbose: boolean;
  /** The working directory as seen from the root of the repository, from where CI systems name files. */
  readonly folder?: string;
}

export const PLAIN: Style = { colour: false, width: 100, verbose: false };

type Format = Parameters<typeof styleText>[0];

export function paint(style: Style, format: Format, text: string): string {
  // The caller has decided about colour; styleText would decide again, for stdout, from Node 20.18 on.
  return style.colour && text !== '' ? styleText(format, text, { validateStream: false }) : text;
}

export const RISK_COLOUR: Readonly<Record<RiskClass | 'blocked', Format>> = {
  blocked: ['bold', 'red'],
  refused: ['bold', 'red'],
  protected: ['bold', 'red'],
  destructive: 'red',
  disruptive: 'yellow',
  safe: 'green',
};

export const SEVERITY_COLOUR: Readonly<Record<Severity, Format>> = {
  error: 'red',
  warning: 'yellow',
  info: 'cyan',
};

/**
 * Whether to colour: `--color/--no-color`, then `NO_COLOR` (any text), then `FORCE_COLOR` (0 or false: off),
 * then whether it is a terminal that is not dumb. See https://no-color.org and https://force-color.org.
 */
export function decideColour(input: {
  readonly flag: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}): boolean {
  const { flag, env, isTTY } = input;
  if (flag !== undefined) return flag;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

/** A place beside what it is of; empty where there is none. @param gap stands before it */
export function placeText(at: Source | undefined, style: Style, gap = '  '): string {
  return at ? `${gap}${paint(style, 'dim', withProvenance(at, escapeText(formatSource(at))))}` : '';
}

/** The line of a place, with the pattern that stands there: `from pattern email  mail.yaml:3`. Escaped. */
export function lineText(at: Source | undefined): string {
  return at ? withProvenance(at, `${escapeText(at.file)}:${at.line}`) : '';
}

/** What a finding says, and of which pattern it is. Raw text. */
export function messageOf({ message, at }: Diagnostic): string {
  const from = provenanceOf(at);
  return from === undefined ? message : `${message} (${from})`;
}

/** A place that a finding also speaks of. Raw text. */
export function alsoText(at: Source): string {
  const from = provenanceOf(at);
  return `also: ${formatSource(at)}${from === undefined ? '' : ` (${from})`}`;
}

function withProvenance(at: Source, place: string): string {
  const from = provenanceOf(at);
  return from === undefined ? place : `${escapeText(from)}  ${place}`;
}
