import {
  type Body,
  itemsOf,
  type Json,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  type Resource,
} from '../../../../model/index.ts';
import { availability } from '../../fields/argument.ts';
import {
  bodyOf,
  fits,
  humanised,
  listOf,
  propertiesOf,
  propertyOf,
  rawArgumentsSchema,
} from '../../fields/field.ts';
import { QUEUE_ARGUMENTS, queueFields } from '../../fields/queue.ts';
import { argumentPlaces, pick, placesOf, queueArguments } from '../arguments.ts';
import { declareBinding } from '../binding/yaml.ts';
import type { Collector, Writer } from '../kind.ts';
import { escapeTexts } from '../literals.ts';
import { checkDeclaredName } from '../names.ts';
import { exchangeNeed, tableOf, vhostAndName } from '../parts.ts';
import { moveFields } from './move.ts';
import { declareTuning, splitTuning, tuningFields } from './tuning.ts';

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
