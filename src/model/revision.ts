import type { Address } from './address.ts';
import type { Source } from './source.ts';
import type { Affected, FieldLine } from './step-details.ts';
import type { BrokenTest } from './test-failure.ts';

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
  /** What to write into the resource to reset those fields: `configs: { retention.ms: null }`. Raw text. */
  readonly reset?: string;
  /** In the base for a resource, in the head for fields. */
  readonly at?: Source;
  /** Others that are no longer declared, and would disappear with it: the bindings of a queue. */
  readonly dependents?: readonly Address[];
  /** Whether the project owns it, so that an apply with `--prune` deletes it. */
  readonly owned: boolean;
  /** What it goes on doing on the broker: `still bound to events (key order.#)`. Raw text. */
  readonly still?: string;
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

/** What a provider finds out; see {@link Effect}. */
export interface Effects {
  readonly effects: readonly Effect[];
  readonly cut: number;
}

/** A resource that the base declares and the plan does not, and that stays on the broker. */
export interface LeftBehind extends Undeclared {
  readonly affected?: Affected;
}

/** What a base revision declares, held against the live brokers and the plan. */
export interface BaseComparison {
  readonly revision: Side;
  /** Only what is really live, and no step of the plan removes. */
  readonly undeclared: readonly LeftBehind[];
  /** What the plan's steps change for messages and clients. */
  readonly effects: readonly Effect[];
  /** Effects and messages that were left out, as there are too many. */
  readonly effectsCut: number;
  /** Tests that the plan's topology breaks. */
  readonly brokenTests: readonly BrokenTest[];
}
