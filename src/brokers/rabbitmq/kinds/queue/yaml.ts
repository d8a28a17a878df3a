import {
  type Body,
  itemsOf,
  type Json,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  type Resource,
  type Source,
} from '../../../../model/index.ts';
import { availability } from '../../fields/argument.ts';
import {
  bodyOf,
  type Fields,
  fits,
  humanised,
  listOf,
  propertiesOf,
  propertyOf,
  rawArgumentsSchema,
} from '../../fields/field.ts';
import { policyKeys } from '../../fields/policy.ts';
import { QUEUE_ARGUMENTS, queueFields } from '../../fields/queue.ts';
import { type ArgumentTable, argumentPlaces, pick, placesOf, queueArguments } from '../arguments.ts';
import { declareBinding } from '../binding/yaml.ts';
import type { Collector, Writer } from '../kind.ts';
import { checkDeclaredName, exchangeNeed, tableOf, vhostAndName } from '../parts.ts';
import { policyResource } from '../policy/index.ts';
import { exactPattern } from '../policy/pattern.ts';
import { tuningPolicyName } from '../policy/rank.ts';
import { escapeTexts } from '../secrets.ts';
import { moveFields } from './move.ts';

/*
 * `tuning: policy`: what can change while a queue exists stands in a policy of its own instead of in its arguments, so
 * that the next change needs no new queue. https://www.rabbitmq.com/docs/policies#why
 */

const tuningFields = {
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
function splitTuning(table: ArgumentTable): Split {
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
function declareTuning(
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

export const queueSchema: JsonObject = bodyOf(
  'A queue. Type, durability and arguments are immutable after declaration: a change replaces the queue.',
  {
    ...propertiesOf(queueFields),
    ...propertiesOf(moveFields),
    ...propertiesOf(tuningFields),
    ...argumentProperties(),
    arguments: rawArgumentsSchema,
    bindings: listOf('The bindings that lead to this queue.', 'nested-binding'),
  },
  { mayBeEmpty: true },
);

export function queueResource(broker: string, vhost: string, name: string, spec: JsonObject): Resource {
  const deadLetters = exchangeNeed(broker, vhost, tableOf(spec.arguments)['x-dead-letter-exchange']);
  return {
    address: makeAddress(broker, 'queue', vhost, name),
    spec,
    dependsOn: [makeAddress(broker, 'vhost', vhost), ...deadLetters],
  };
}

/** `queues: { orders: {…} }`, each with its bindings. */
export function declareQueues(collector: Collector, vhostBody: Body, vhost: string): void {
  const { broker } = vhostBody.section;
  for (const [name, written] of membersOf(vhostBody, 'queues')) {
    if (!checkDeclaredName(collector, 'a queue', name, written.at)) continue;
    const body = overridden(written, makeAddress(broker, 'queue', vhost, name));
    const given = queueArguments(collector, body);
    const isTuned = body.value.tuning === 'policy';
    const tuning = isTuned ? splitTuning(given) : undefined;
    const table = tuning?.arguments ?? given;
    const places = { ...placesOf(body, queueFields), ...argumentPlaces(table) };
    const { 'x-queue-type': typeArgument, ...args } = table.values;
    const { type } = body.value;
    const typePlace = table.places['x-queue-type'];
    if (type !== undefined && places.type && typePlace) {
      collector.error(
        'given-twice',
        places.type,
        'x-queue-type is given twice: as "type" and among the arguments',
        {
          hint: 'remove one of the two',
          related: [typePlace],
        },
      );
    } else if (typePlace) places.type = typePlace;
    const spec = {
      ...(typeArgument !== undefined && { type: typeArgument }),
      ...pick(body.value, queueFields),
      arguments: args,
    };
    const resource = queueResource(broker, vhost, name, spec);
    const { move, was } = body.value;
    collector.add(
      {
        ...resource,
        ...(move === true && { moves: true }),
        ...(typeof was === 'string' && { was: makeAddress(broker, 'queue', vhost, was) }),
      },
      body.at,
      places,
    );
    if (tuning) {
      const at = body.section.at(body.value, 'tuning');
      declareTuning(collector, { broker, vhost, name, at }, tuning.definition);
    }
    for (const item of itemsOf(body, 'bindings')) declareBinding(collector, item, vhost, { queue: name });
  }
}

function argumentProperties(): JsonObject {
  const group: Record<string, Json> = {};
  const keys: Record<string, Json> = {};
  for (const [name, row] of QUEUE_ARGUMENTS) {
    const property = propertyOf({ ...row, doc: `${row.doc} (${availability(row)})` });
    if (row.deadLetter !== undefined) group[row.deadLetter] = property;
    else if (!row.raw) keys[name] = property;
  }
  return { 'dead-letter': bodyOf('Where messages go that this queue cannot deliver.', group), ...keys };
}

/** Friendly keys where they fit, defaults left out but for the type. */
export function writeQueue(resource: Resource, { bindings }: Writer): JsonObject {
  const { spec } = resource;
  const args: Record<string, Json> = { ...tableOf(spec.arguments) };
  const deadLetter: Record<string, Json> = {};
  const friendly: Record<string, Json> = {};
  for (const [name, row] of QUEUE_ARGUMENTS) {
    const value = args[`x-${name}`];
    if (value === undefined || row.raw || !fits(row, value)) continue;
    delete args[`x-${name}`];
    if (row.deadLetter === undefined) friendly[name] = humanised(value, row.unit);
    else deadLetter[row.deadLetter] = value;
  }
  const body = {
    // Said even where it is the default: a default of the vhost that is set later must not change what this means.
    type: spec.type ?? 'classic',
    ...(spec.durable === false && { durable: false }),
    ...(spec['auto-delete'] === true && { 'auto-delete': true }),
    ...(Object.keys(deadLetter).length > 0 && { 'dead-letter': deadLetter }),
    ...friendly,
    ...(Object.keys(args).length > 0 && { arguments: args }),
  };
  const incoming = bindings.take('queue', vhostAndName(resource).name);
  return { ...escapeTexts(body), ...(incoming.length > 0 && { bindings: incoming }) };
}
