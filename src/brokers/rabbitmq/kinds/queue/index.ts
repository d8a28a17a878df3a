import {
  type Body,
  countOf,
  isMove,
  itemsOf,
  type Json,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  type Resource,
  subject,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { availability } from '../../fields/argument.ts';
import {
  bodyOf,
  byName,
  fits,
  humanised,
  listOf,
  propertiesOf,
  propertyOf,
  rawArgumentsSchema,
  ref,
} from '../../fields/field.ts';
import { QUEUE_ARGUMENTS, queueFields, unitOf } from '../../fields/queue.ts';
import { formatUnit } from '../../fields/units.ts';
import { queueTypeName } from '../../fields/vhost.ts';
import { argumentPlaces, completeArguments, pick, placesOf, queueArguments } from '../arguments.ts';
import { bindingsTo, boundFrom, reviveSources } from '../binding/neighbours.ts';
import { declareBinding } from '../binding/yaml.ts';
import type { Collector, RabbitKind, Writer } from '../kind.ts';
import { escapeTexts } from '../literals.ts';
import { checkDeclaredName } from '../names.ts';
import { countsOf, exchangeNeed, tableOf, text, vhostAndName } from '../parts.ts';
import { ownerOfQueue } from '../system-owned.ts';
import { isBeingMoved, moveCalls, moveField, moveOf, moveQueues, whyNotMoved } from './move.ts';
import { defaultTypeOf, risks } from './risks.ts';

/**
 * `<broker>/queue/<vhost>/<name>`; spec: `type`, `durable`, `auto-delete`, live `exclusive`, and `arguments` without
 * `x-queue-type`. The type comes from the listing's own, never from the argument: brokers before 4.0 do not put that on
 * every queue. https://www.rabbitmq.com/docs/queues
 */
export const queue: RabbitKind = {
  definitions: {
    queue: bodyOf(
      'A queue. Type, durability and arguments are immutable after declaration: a change replaces the queue.',
      {
        ...propertiesOf(queueFields),
        ...propertiesOf(moveField),
        ...argumentProperties(),
        arguments: rawArgumentsSchema,
        bindings: listOf('The bindings that lead to this queue.', 'nested-binding'),
      },
      { mayBeEmpty: true },
    ),
  },
  inVhost: {
    keys: { queues: byName('Queues by name.', ref('queue')) },
    declare: declareQueues,
    write: (resources, writer) => ({
      queues: Object.fromEntries(resources.map((one) => [vhostAndName(one).name, writeQueue(one, writer)])),
    }),
  },
  listing: {
    path: 'queues',
    per: 'vhost',
    query: 'disable_stats=true',
    along: ['exchange', 'binding'],
    read: (items, { broker }) => items.map((item) => liveQueue(broker, item)),
  },
  exported: 'queues',

  title(resource) {
    const { vhost, name } = vhostAndName(resource);
    return { title: `queue ${name}`, detail: `vhost ${vhost}` };
  },

  complete(resource, context) {
    const { spec } = resource;
    const table = tableOf(spec.arguments);
    const type =
      spec.type ??
      table['x-queue-type'] ??
      // A default counts when a queue is declared: one that is there keeps the type that it has.
      context.live.get(resource.address)?.spec.type ??
      defaultTypeOf(resource, context) ??
      'classic';
    return {
      type: typeof type === 'string' ? queueTypeName(type) : type,
      durable: spec.durable ?? true,
      'auto-delete': spec['auto-delete'] ?? false,
      ...(spec.exclusive !== undefined && { exclusive: spec.exclusive }),
      arguments: completeArguments(resource, context, withoutType(table)),
    };
  },

  immutableReason: () => 'immutable after declaration',

  risks,
  whyNotMoved,
  isBeingMoved,
  alsoAffected: (change, context) => (isMove(change) ? moveQueues(subject(change), context) : []),

  calls(change, context, options): RabbitCall[] {
    const resource = change.action === 'delete' ? change.before : change.after;
    const { vhost, name } = vhostAndName(resource);
    const target = resource.address;
    const remove = (before: Resource): RabbitCall => ({
      op: 'queue.delete',
      target,
      body: { vhost, name, type: String(before.spec.type), ifEmpty: !options.destructive },
    });
    const sources = (before: Resource, isRestored: boolean) =>
      reviveSources(bindingsTo(before.address, context), context, isRestored);
    if (change.action === 'delete') return [remove(change.before), ...sources(change.before, false)];
    const { spec } = change.after;
    const type = String(spec.type);
    const args = tableOf(spec.arguments);
    // Said only where the broker would choose otherwise: brokers before 4.0 then keep the table as it was written.
    const isImplied = type === 'classic' && (defaultTypeOf(resource, context) ?? 'classic') === 'classic';
    const declare = {
      op: 'queue.declare' as const,
      target,
      body: {
        vhost,
        name,
        durable: spec.durable !== false,
        autoDelete: spec['auto-delete'] === true,
        arguments: isImplied ? args : { 'x-queue-type': type, ...args },
      },
    } satisfies RabbitCall;
    if (isMove(change)) return moveCalls(target, moveOf(change, declare.body, options.destructive));
    return change.action === 'create'
      ? [declare]
      : [remove(change.before), ...sources(change.before, true), declare];
  },

  cascadesFrom: ['vhost'],

  systemOwned: ownerOfQueue,

  fieldName(path) {
    const [field, argument] = path;
    return field === 'arguments' && argument !== undefined
      ? [argument.replace(/^x-/, ''), ...path.slice(2)].join('.')
      : path.join('.');
  },

  fieldText(path, value) {
    return path[0] === 'arguments' ? formatUnit(value, unitOf(path[1] ?? '')) : undefined;
  },

  affectedText(resource) {
    const { ready, unacknowledged, consumers } = countsOf(resource);
    const parts = [
      ready !== undefined && `${ready.toLocaleString('en-US')} ready`,
      unacknowledged !== undefined && `${unacknowledged.toLocaleString('en-US')} unacknowledged`,
      consumers !== undefined && countOf(consumers, 'consumer'),
    ].filter((part) => part !== false);
    return parts.length > 0 ? parts.join(', ') : 'messages and consumers unknown';
  },

  stillText(resource, live) {
    const sources = boundFrom(resource.address, live);
    return sources.length > 0 ? `still bound to ${sources.join(', ')}; messages keep arriving` : undefined;
  },
};

export function queueResource(broker: string, vhost: string, name: string, spec: JsonObject): Resource {
  const deadLetters = exchangeNeed(broker, vhost, tableOf(spec.arguments)['x-dead-letter-exchange']);
  return {
    address: makeAddress(broker, 'queue', vhost, name),
    spec,
    dependsOn: [makeAddress(broker, 'vhost', vhost), ...deadLetters],
  };
}

function liveQueue(broker: string, item: JsonObject): Resource {
  const args = tableOf(item.arguments);
  return queueResource(broker, text(item.vhost), text(item.name), {
    type: text(item.type ?? args['x-queue-type'] ?? 'classic'),
    durable: item.durable !== false,
    'auto-delete': item.auto_delete === true,
    exclusive: item.exclusive === true,
    arguments: args,
  });
}

/** The arguments but for the type, which is a field of its own. */
function withoutType(table: JsonObject): JsonObject {
  if (table['x-queue-type'] === undefined) return table;
  const { 'x-queue-type': _, ...args } = table;
  return args;
}

/** `queues: { orders: {…} }`, each with its bindings. */
function declareQueues(collector: Collector, vhostBody: Body, vhost: string): void {
  const { broker } = vhostBody.section;
  for (const [name, written] of membersOf(vhostBody, 'queues')) {
    if (!checkDeclaredName(collector, 'a queue', name, written.at)) continue;
    const body = overridden(written, makeAddress(broker, 'queue', vhost, name));
    const table = queueArguments(collector, body);
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
    collector.add(body.value.move === true ? { ...resource, moves: true } : resource, body.at, places);
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
function writeQueue(resource: Resource, { bindings }: Writer): JsonObject {
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
