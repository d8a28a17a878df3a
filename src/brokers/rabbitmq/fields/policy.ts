import type { Json } from '../../../model/index.ts';
import { includes, type Release } from '../version.ts';
import { type Argument, availability, type PolicyUse, type QueueType, type Refusal } from './argument.ts';
import { exchangeArguments } from './exchange.ts';
import type { Field, Fields } from './field.ts';
import { QUEUE_ARGUMENTS } from './queue.ts';

/** A key of a policy's definition. */
export interface PolicyKey extends Field, Omit<PolicyUse, 'doc' | 'accepted'> {
  /** Known, and without a schema of its own. */
  readonly raw?: true;
  readonly refused?: readonly Refusal[];
}

const QUORUM_STREAM: PolicyUse = { disablesFor: { quorum: {}, stream: {} } };
const MIRRORING: Field = { type: 'string', doc: 'Classic mirroring; gone in 4.0.' };

function mirroring(key: string, field: Field = MIRRORING, use: PolicyUse = QUORUM_STREAM): PolicyKey {
  const hint = 'use quorum queues for replication';
  return { ...field, ...use, refused: [{ in: 'policy', from: '4.0', what: `${key} in a policy`, hint }] };
}

/** Keys that are no argument of queues. */
const own: Readonly<Record<string, PolicyKey>> = {
  'alternate-exchange': {
    ...exchangeArguments['alternate-exchange'],
    doc: "For exchanges: where unroutable messages go; an exchange's own argument wins.",
  },
  'target-group-size': {
    type: 'integer',
    minimum: 1,
    disablesFor: { classic: {}, stream: {} },
    doc: 'How many members a quorum queue should have. (3.12 and later)',
  },
  'federation-upstream': { type: 'string', doc: 'Federate with this upstream.' },
  'federation-upstream-set': {
    type: 'string',
    doc: 'Federate with this set of upstreams; `all` for every one.',
  },
  'federation-upstream-pattern': { type: 'string', doc: 'Federate with the upstreams whose name matches.' },
  'ha-mode': mirroring('ha-mode'),
  'ha-params': mirroring('ha-params', { ...MIRRORING, type: ['integer', 'string', 'array'] }),
  'ha-sync-mode': mirroring('ha-sync-mode'),
  'ha-sync-batch-size': mirroring('ha-sync-batch-size', { ...MIRRORING, type: 'integer' }, {}),
  'ha-promote-on-shutdown': mirroring('ha-promote-on-shutdown'),
  'ha-promote-on-failure': mirroring('ha-promote-on-failure'),
  'routing-key': { raw: true, type: 'string', doc: 'The key of messages to a sharded exchange.' },
  'shards-per-node': {
    raw: true,
    type: 'integer',
    doc: 'How many shards a sharded exchange has on each node.',
  },
};

/** A policy has no place for a raw value, as a queue has `arguments`: its schema has whatever the broker takes. */
function openTo(
  { accepted: _, ...row }: Omit<Argument, 'policy'>,
  accepted: Argument['accepted'],
): Field & Pick<PolicyKey, 'raw' | 'refused'> {
  if (!accepted || accepted === 'anything') return row;
  const { choices, minimum: _least, maximum: _most, ...rest } = row;
  // Editors still offer the words.
  const schema = choices && { anyOf: [{ enum: choices }, { type: 'string' }] };
  return { ...rest, ...accepted, ...(schema && { schema }) };
}

/**
 * The policy keys that the broker and the plug-ins it ships with know; others are refused. Most are optional arguments
 * of queues as well. https://www.rabbitmq.com/docs/policies
 */
export const policyKeys: ReadonlyMap<string, PolicyKey> = new Map([
  ...Array.from(QUEUE_ARGUMENTS).flatMap(([name, { policy, ...row }]): [string, PolicyKey][] => {
    if (!policy) return [];
    const doc = `${policy.doc ?? row.doc} (${availability({ ...row, policy })})`;
    const { accepted = row.accepted, ...use } = policy;
    return [[name, { ...openTo(row, accepted), ...use, doc }]];
  }),
  ...Object.entries(own),
]);

export const policyFields = {
  pattern: {
    type: 'string',
    doc: 'A regular expression on names; not anchored: `^orders$` is exactly orders.',
  },
  'apply-to': {
    choices: ['all', 'exchanges', 'queues', 'classic_queues', 'quorum_queues', 'streams'],
    default: 'all',
    doc: 'What it applies to. The last three from 3.12.',
  },
  priority: {
    type: 'integer',
    default: 0,
    doc: 'Of all policies that match, only the one with the highest priority applies.',
  },
} as const satisfies Fields;

/** What operator policies apply to: never to exchanges. */
export const operatorPolicyFields: Fields = {
  ...policyFields,
  'apply-to': {
    ...policyFields['apply-to'],
    choices: ['queues', 'classic_queues', 'quorum_queues', 'streams', 'all'],
  },
};

/** Values of `apply-to` that name a type of queues; the broker takes them from this release on. */
export const APPLY_TO_TYPES: ReadonlyMap<string, QueueType> = new Map([
  ['classic_queues', 'classic'],
  ['quorum_queues', 'quorum'],
  ['streams', 'stream'],
]);
export const APPLY_TO_TYPES_FROM: Release = '3.12';

/** Limits that drop messages, or queues, as soon as they are lower than before; and what they do. */
export const LIMITS: ReadonlyMap<string, string> = new Map(
  Array.from(policyKeys).flatMap(([key, { whenLowered }]) =>
    whenLowered === undefined ? [] : [[key, whenLowered]],
  ),
);

/** Why a broker of this version refuses an argument, named without `x-`, or a policy key. */
export function refusalOf(
  where: Refusal['in'],
  name: string,
  value: Json,
  version: string,
): Refusal | undefined {
  const row: Pick<PolicyKey, 'refused'> | undefined =
    where === 'argument' ? QUEUE_ARGUMENTS.get(name) : policyKeys.get(name);
  return row?.refused?.find(
    (refusal) =>
      refusal.in === where && includes(refusal, { version }) && (!refusal.value || refusal.value(value)),
  );
}
