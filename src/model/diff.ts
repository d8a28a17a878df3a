import type { Diagnostic } from './diagnostic.ts';
import type { Blocker, BrokerIdentity, Step } from './plan.ts';
import type { Effect, Side, Undeclared } from './revision.ts';
import type { BrokenTest } from './test-failure.ts';

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
