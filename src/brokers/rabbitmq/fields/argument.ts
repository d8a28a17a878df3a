import type { Json } from '../../../model/index.ts';
import type { Releases } from '../version.ts';
import type { Field } from './field.ts';

/*
 * The columns of the tables of queue arguments and policy keys.
 */

/** What the open broker has; an AMQP client can declare no other, not even those that the MQTT plug-in has for itself. */
export const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const;

export type QueueType = (typeof QUEUE_TYPES)[number];

export function isQueueType(type: string): type is QueueType {
  return (QUEUE_TYPES as readonly string[]).includes(type);
}

export type Types = Readonly<Partial<Record<QueueType, Releases>>>;

/** Releases that refuse an argument or a policy for it, seen on the broker. */
export interface Refusal extends Releases {
  readonly in: 'argument' | 'policy';
  /** Absent: whatever the value. */
  readonly value?: (value: Json) => boolean;
  readonly what: string;
  readonly hint: string;
}

/** What is known of a setting as a key of policies. */
export interface PolicyUse {
  /** Where it is another sentence than for the argument. */
  readonly doc?: string;
  readonly from?: Releases['from'];
  /** Types of queues for which one such key makes a whole policy void; seen on 3.10.8 and 4.3.6. */
  readonly voids?: Types;
  /**
   * When a policy can change a queue or exchange in place: it lowers what is declared, or sets what is not (`smaller`);
   * it only lowers what is (`lower`); it sets what is not (`unset`), and on quorum queues wins (`quorum-wins`).
   */
  readonly inPlace?: 'smaller' | 'lower' | 'unset' | 'quorum-wins';
  /** What a lower value does at once to the queues that are there. Of limits only, which bound how a queue grows. */
  readonly tightened?: string;
}

/** An optional argument of queues. */
export interface Argument extends Field {
  /** The types that take it. */
  readonly types: Types;
  /** The key of `dead-letter: {…}` that it is written as. */
  readonly deadLetter?: string;
  /** Written below `arguments` only. */
  readonly raw?: true;
  /** Values that the broker takes, where the schema asks for less. */
  readonly taken?: Omit<Field, 'doc'>;
  readonly policy?: PolicyUse;
  readonly refused?: readonly Refusal[];
}

/** `classic; quorum from 3.10`: the types that take it, and since when. */
export function availability({ types, policy }: { types: Types; policy?: PolicyUse | undefined }): string {
  const since = new Map<string, string[]>();
  for (const type of QUEUE_TYPES) {
    const releases = types[type];
    if (!releases) continue;
    const from = releases.from === undefined ? '' : ` from ${releases.from}`;
    since.set(from, [...(since.get(from) ?? []), type]);
  }
  const groups = [...since]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => names.join(', ') + from);
  return [...groups, ...(policy?.from === undefined ? [] : [`in policies from ${policy.from}`])].join('; ');
}
