import { styleText } from 'node:util';
import type { RiskClass, Severity } from '../model/index.ts';

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
