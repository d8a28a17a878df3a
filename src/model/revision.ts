import type { Address } from './address.ts';
import type { Affected, FieldLine } from './change.ts';
import type { Source } from './diagnostic.ts';

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

export interface FailedExpectation {
  /** The key of the test: `reaches`. */
  readonly key: string;
  readonly message: string;
  readonly hint?: string;
  readonly at: Source;
}

/** A test that fails with the head's topology, and did not with the base's. */
export interface BrokenTest {
  readonly name: string;
  readonly at: Source;
  readonly failures: readonly FailedExpectation[];
  /** The head does not have the test any more; its place is in the base. */
  readonly removed?: true;
}

/** More effects than anyone reads. */
const EFFECTS = 200;
const ABOUT = 5;

/** Gathers effects: an effect that several messages share is reported once. */
export class EffectCollector {
  readonly #found = new Map<string, { effect: Omit<Effect, 'about' | 'more'>; about: Set<string> }>();
  #cut = 0;

  /** @param about which messages or requests; absent where it is all of them */
  add(effect: Omit<Effect, 'about' | 'more'>, about?: string): void {
    const key = `${effect.address}\0${effect.text}`;
    const known = this.#found.get(key) ?? { effect, about: new Set<string>() };
    if (about !== undefined) known.about.add(about);
    this.#found.set(key, known);
  }

  /** Tells that so many messages were not looked at, as there are too many. */
  cut(count: number): void {
    this.#cut += count;
  }

  /** By address, the disruptive ones first. */
  result(): Effects {
    const all = Array.from(this.#found.values(), ({ effect, about }): Effect => {
      const names = [...about].sort();
      return { ...effect, about: names.slice(0, ABOUT), more: Math.max(0, names.length - ABOUT) };
    }).sort(compareEffects);
    return { effects: all.slice(0, EFFECTS), cut: this.#cut + Math.max(0, all.length - EFFECTS) };
  }
}

function compareEffects(a: Effect, b: Effect): number {
  return compareTexts(a.address, b.address) || compareTexts(a.risk, b.risk) || compareTexts(a.text, b.text);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `queue a`, `queues a, b and 3 more`. */
export function listed(noun: string, names: readonly string[]): string {
  const [only = ''] = names;
  if (names.length === 1) return `${noun} ${only}`;
  const rest = names.length - ABOUT;
  return `${noun}s ${names.slice(0, ABOUT).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
