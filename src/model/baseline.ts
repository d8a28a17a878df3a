import type { Address } from './address.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Source } from './source.ts';

/** Findings that are known and accepted. They are matched by rule, resource and field, because lines and texts change. */
export interface BaselineEntry {
  readonly code: string;
  /** Absent for a finding that belongs to no resource. */
  readonly address?: Address;
  readonly path?: string;
  /** How many such findings are accepted. */
  readonly count: number;
}

export interface Baseline {
  readonly entries: readonly BaselineEntry[];
  /** The start of its file, for what is wrong with it. */
  readonly at: Source;
}

/** What a finding and its entry have in common. */
export function baselineKey({
  code,
  address = '',
  path = '',
}: Pick<Diagnostic, 'code' | 'address' | 'path'>): string {
  return JSON.stringify([code, address, path]);
}
