import type { JsonObject, Source } from '../../../../model/index.ts';
import type { Fields } from '../../fields/field.ts';
import { policyKeys } from '../../fields/policy.ts';
import type { ArgumentTable } from '../arguments.ts';
import type { Collector } from '../kind.ts';
import { policyResource } from '../policy/index.ts';
import { exactPattern } from '../policy/pattern.ts';
import { tuningPolicyName } from '../policy/tuned.ts';

/*
 * `tuning: policy`: what can change while a queue exists stands in a policy of its own instead of in its arguments, so
 * that the next change needs no new queue. https://www.rabbitmq.com/docs/policies#why
 */

export const tuningFields = {
  tuning: {
    choices: ['arguments', 'policy'],
    default: 'arguments',
    doc: 'Where TTL, length limits, overflow, delivery limit, expiry and dead-lettering stand: in arguments, which are immutable, or in a policy for this queue, which changes in place.',
  },
} as const satisfies Fields;

interface Split {
  readonly arguments: ArgumentTable;
  /** By policy key. */
  readonly definition: ArgumentTable;
}

/** The arguments that stay arguments, and those that a policy can hold. */
export function splitTuning(table: ArgumentTable): Split {
  const split: Split = { arguments: { values: {}, places: {} }, definition: { values: {}, places: {} } };
  for (const [argument, value] of Object.entries(table.values)) {
    const key = argument.replace(/^x-/, '');
    const isTunable = policyKeys.get(key)?.inPlace !== undefined;
    const [target, name] = isTunable ? [split.definition, key] : [split.arguments, argument];
    target.values[name] = value;
    const at = table.places[argument];
    if (at) target.places[name] = at;
  }
  return split;
}

/** The policy of a queue: it contains what the declared policy sets that it outranks, see `tunedPolicy`. */
export function declareTuning(
  collector: Collector,
  queue: { readonly broker: string; readonly vhost: string; readonly name: string; readonly at: Source },
  { values, places }: ArgumentTable,
): void {
  if (Object.keys(values).length === 0) return;
  const { broker, vhost, name, at } = queue;
  const spec: JsonObject = {
    pattern: exactPattern(name),
    'apply-to': 'queues',
    definition: values,
    tunes: name,
  };
  const fields = Object.entries(places).map(([key, place]) => [`definition.${key}`, place] as const);
  collector.add(
    policyResource(broker, 'policy', vhost, tuningPolicyName(name), spec),
    at,
    Object.fromEntries(fields),
  );
}
