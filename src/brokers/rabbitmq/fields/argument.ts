import { addTo, type Json } from '../../../model/index.ts';
import type { Releases } from '../version.ts';
import type { Field } from './field.ts';

/*
 * The columns of the tables of queue arguments and policy keys.
 */

/** The queue types of open-source RabbitMQ. AMQP clients can declare no others: that of the MQTT plug-in is internal. */
export const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const;

export type QueueType = (typeof QUEUE_TYPES)[number];

export function isQueueType(type: string): type is QueueType {
  return (QUEUE_TYPES as readonly string[]).includes(type);
}

export type Types = Readonly<Partial<Record<QueueType, Releases>>>;

/** Releases that reject an argument, or a policy with the key; as observed. */
export interface Refusal extends Releases {
  readonly in: 'argument' | 'policy';
  /** The rejected values; absent: all. */
  readonly value?: (value: Json) => boolean;
  readonly what: string;
  readonly hint: string;
}

/** The columns of a setting that policies can have. */
export interface PolicyUse {
  /** Documentation, where it differs from that of the argument. */
  readonly doc?: string;
  readonly from?: Releases['from'];
  /** The values that the broker accepts in a policy, where they differ from those of the argument. */
  readonly accepted?: Omit<Field, 'doc'>;
  /** Queue types for which this key disables the whole policy; as observed on 3.10.8 and 4.3.6. */
  readonly disablesFor?: Types;
  /**
   * When a policy can change a declared queue or exchange in place: by a smaller value, also where none is declared
   * (`smaller`) or only where one is (`lower`); where none is declared (`unset`), on quorum queues always (`quorum-wins`).
   */
  readonly inPlace?: 'smaller' | 'lower' | 'unset' | 'quorum-wins';
  /** Of a limit: the immediate effect of a lower value on existing queues. */
  readonly whenLowered?: string;
}

/** An optional argument of queues. */
export interface Argument extends Field {
  /** The queue types that accept it. */
  readonly types: Types;
  /** Its key below `dead-letter`. */
  readonly deadLetter?: string;
  /** It has no key of its own: it stands below `arguments`. */
  readonly raw?: true;
  /** The values that the broker accepts, where the schema is stricter. */
  readonly accepted?: Omit<Field, 'doc'> | 'anything';
  readonly policy?: PolicyUse;
  readonly refused?: readonly Refusal[];
}

/** The queue types that accept an argument, with their releases: `classic; quorum from 3.10`. */
export function availability({ types, policy }: { types: Types; policy?: PolicyUse | undefined }): string {
  const since = new Map<string, string[]>();
  for (const type of QUEUE_TYPES) {
    const releases = types[type];
    if (!releases) continue;
    const from = releases.from === undefined ? '' : ` from ${releases.from}`;
    addTo(since, from, type);
  }
  const groups = [...since]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => names.join(', ') + from);
  return [...groups, ...(policy?.from === undefined ? [] : [`in policies from ${policy.from}`])].join('; ');
}
