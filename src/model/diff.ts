import type { Address } from './address.ts';
import type { FieldLine } from './change.ts';
import type { Diagnostic, Source } from './diagnostic.ts';
import type { Blocker, BrokerIdentity, Step } from './plan.ts';
import type { BrokenTest, Effect, Side, Undeclared } from './revision.ts';

/**
 * What changes between two revisions of a topology, worked out from their YAML alone. No broker was asked what it
 * holds, so this is no plan, and nothing can apply it.
 */
export interface Diff {
  readonly brokerform: 'diff';
  readonly version: 2;
  readonly tool: string;
  readonly project: string;
  readonly environment?: string;
  readonly base: Side;
  readonly head: Side;
  /** What the brokers are taken for: none was asked. */
  readonly brokers: readonly BrokerIdentity[];
  /** Without calls, stakes and order; sorted by address. */
  readonly steps: readonly Step[];
  /** What no broker can do, and nothing allows. */
  readonly blockers: readonly Blocker[];
  /** What the base declares and the head does not, and an apply leaves as it is. */
  readonly undeclared: readonly Undeclared[];
  readonly guards: readonly GuardChange[];
  /** What becomes different for messages and clients, once it is applied. */
  readonly effects: readonly Effect[];
  /** Effects and messages that were left out, as there are too many. */
  readonly effectsCut: number;
  readonly findings: FindingChanges;
  /** Tests that the head breaks. */
  readonly brokenTests: readonly BrokenTest[];
  /** Resources that both sides declare alike. */
  readonly unchanged: number;
}

/** An entry of `owns` or `protect`, or a limit, that only one side has. */
export interface GuardChange {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  /** Whether more may be deleted or changed than before. */
  readonly weaker: boolean;
}

/** Lint findings and errors of both sides, told apart whatever line they are on. */
export interface FindingChanges {
  readonly new: readonly Diagnostic[];
  readonly fixed: readonly Diagnostic[];
  /** How many both sides have. */
  readonly remaining: number;
}

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
