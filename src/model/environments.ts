import type { Address } from './address.ts';
import type { Diff } from './diff.ts';
import type { Source } from './source.ts';
import type { FieldLine } from './step-details.ts';

/** What one topology declares in two environments, worked out from its YAML alone. */
export interface EnvironmentDiff {
  readonly brokerform: 'environments';
  readonly version: 1;
  readonly tool: string;
  readonly project: string;
  readonly from: string;
  readonly to: string;
  /** Sorted by address. */
  readonly differences: readonly EnvironmentDifference[];
  /** Resources that are alike in both. */
  readonly unchanged: number;
  /** With a base revision: what the working tree changes in the environment `to`. */
  readonly promoted?: Diff;
}

/** A resource that is not the same in both. */
export interface EnvironmentDifference {
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  readonly in: 'both' | 'from' | 'to';
  readonly at?: Source;
  /** In the order of `from` and `to`; a missing text is a field that this environment does not declare. */
  readonly fields: readonly FieldLine[];
}
