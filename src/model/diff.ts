import type { Address } from './address.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Blocker, BrokerIdentity, FieldLine, Step } from './plan.ts';
import type { Source } from './source.ts';

/**
 * What changes between two revisions of a topology, worked out from their YAML alone. No broker was asked what it
 * holds, so this is no plan, and nothing can apply it.
 */
export interface Diff {
  readonly brokerform: 'diff';
  readonly version: 1;
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
  /** Resources that both sides declare alike. */
  readonly unchanged: number;
}

/** One of the two revisions. */
export interface Side {
  /** As it was asked for; absent for the working tree. */
  readonly ref?: string;
  readonly commit?: string;
  /** Mistakes for which something could not be read, and is left out of the comparison. */
  readonly errors: number;
  /** What must be known of how it was read: that it holds no topology, for one. */
  readonly note?: string;
}

/** A resource, or fields of one, that is no longer declared. */
export interface Undeclared {
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  /** Of a resource that is still declared: the fields that are not. */
  readonly fields?: readonly FieldLine[];
  /** In the base for a resource, in the head for fields. */
  readonly at?: Source;
  /** Others that are no longer declared, and would disappear with it: the bindings of a queue. */
  readonly along?: readonly Address[];
  /** Whether the project owns it, so that an apply with `--prune` deletes it. */
  readonly owned: boolean;
}

/** An entry of `owns` or `protect`, or a limit, that only one side has. */
export interface GuardChange {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  /** Whether more may be deleted or changed than before. */
  readonly weaker: boolean;
}

/** Messages or clients for which something becomes different. */
export interface Effect {
  /** Where it shows: the exchange that messages are published to, a stream, a principal. */
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  /** Which messages or requests, as people name them: `key order.#`. Raw text. */
  readonly about: readonly string[];
  /** More of them that are not listed. */
  readonly more: number;
  readonly outcome: string;
  /** `now also reaches queue audit`. Raw text. */
  readonly text: string;
  readonly risk: 'safe' | 'disruptive';
  /** Of that resource, in the head. */
  readonly at?: Source;
}

/** What a provider finds out; see {@link Diff.effects}. */
export interface Effects {
  readonly effects: readonly Effect[];
  readonly cut: number;
}

/** Lint findings and errors of both sides, told apart whatever line they are on. */
export interface FindingChanges {
  readonly new: readonly Diagnostic[];
  readonly fixed: readonly Diagnostic[];
  /** How many both sides have. */
  readonly remaining: number;
}
