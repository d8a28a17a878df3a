import {
  type Body,
  type Change,
  type Context,
  countOf,
  destructive,
  disruptive,
  isMove,
  itemsOf,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  type Resource,
  type Risk,
  refused,
  subject,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { exchangeArguments, exchangeFields } from '../../fields/exchange.ts';
import { bodyOf, byName, fits, listOf, propertiesOf, rawArgumentsSchema, ref } from '../../fields/field.ts';
import {
  addFriendly,
  argumentPlaces,
  completeArguments,
  pick,
  placesOf,
  rawArguments,
} from '../arguments.ts';
import { declareExchange } from '../binding/identity.ts';
import {
  bindingsTo,
  boundFrom,
  exclusiveQueuesOn,
  exclusiveQueuesText,
  reviveSources,
} from '../binding/neighbours.ts';
import { declareBinding } from '../binding/yaml.ts';
import type { Collector, RabbitKind, Writer } from '../kind.ts';
import {
  checkDeclaredName,
  exchangeNeed,
  isPredeclaredExchange,
  tableOf,
  text,
  vhostAndName,
} from '../parts.ts';
import { inPlaceHint } from '../policy/in-place.ts';
import { escapeTexts } from '../secrets.ts';
import { ownerOfExchange } from '../system-owned.ts';
import { exchangeMovedWith, isBeingMoved, keptBindings, moveCalls, whyNotMoved } from './move.ts';

/**
 * `<broker>/exchange/<vhost>/<name>`; spec: `type`, `durable`, `auto-delete`, `internal` and `arguments`, among them the
 * alternate exchange. https://www.rabbitmq.com/docs/exchanges
 */
export const exchange: RabbitKind = {
  definitions: {
    exchange: bodyOf(
      'An exchange. It is immutable after declaration: a change replaces it.',
      {
        ...propertiesOf(exchangeFields),
        ...propertiesOf(exchangeArguments),
        arguments: rawArgumentsSchema,
        bindings: listOf('The bindings that lead to this exchange, from other exchanges.', 'nested-binding'),
      },
      { required: ['type'] },
    ),
  },
  inVhost: {
    keys: { exchanges: byName('Exchanges by name.', ref('exchange')) },
    declare: declareExchanges,
    write: (resources, writer) => ({
      exchanges: Object.fromEntries(
        resources.map((one) => [vhostAndName(one).name, writeExchange(one, writer)]),
      ),
    }),
  },
  listing: {
    path: 'exchanges',
    per: 'vhost',
    query: 'disable_stats=true',
    along: ['queue', 'binding'],
    // The default exchange is not a resource: it exists in every vhost and cannot be changed.
    read: (items, { broker }) =>
      items.flatMap((item) => (item.name === '' ? [] : [liveExchange(broker, item)])),
  },
  exported: 'exchanges',

  title(resource) {
    const { vhost, name } = vhostAndName(resource);
    return { title: `exchange ${name}`, detail: `vhost ${vhost}` };
  },

  complete(resource, context) {
    const { spec } = resource;
    return {
      type: spec.type ?? 'direct',
      durable: spec.durable ?? true,
      'auto-delete': spec['auto-delete'] ?? false,
      internal: spec.internal ?? false,
      arguments: completeArguments(resource, context),
    };
  },

  immutableReason: () => 'immutable after declaration',

  whyNotMoved,
  isBeingMoved,
  leftByMoveOf: exchangeMovedWith,
  movesByDefault: true,

  risks(change, context): Risk[] {
    if (change.action === 'create' || change.action === 'update') return isMove(change) ? [CONTINUED] : [];
    const risks = [
      change.action === 'delete'
        ? disruptive('exchange-deleted', 'publishers get 404, and its bindings go with it')
        : disruptive('exchange-replaced', isMove(change) ? movedText(change, context) : REPLACED),
      ...exclusiveRisks(change, context),
    ];
    // The plug-in keeps messages in the exchange until they are due.
    if (change.before.spec.type === 'x-delayed-message') {
      risks.push(destructive('delayed-messages', 'messages that the exchange holds back are lost'));
    }
    return risks.map((risk) => ({ ...inPlaceHint(change, context), ...risk }));
  },

  /** For the connections of exclusive queues that lose their bindings. */
  alsoAffected: (change, context) =>
    change.action === 'delete' || change.action === 'replace'
      ? exclusiveQueuesOn(change.before.address, context)
      : [],

  calls(change, context): RabbitCall[] {
    if (change.action !== 'delete' && isMove(change)) return moveCalls(change, context);
    if (change.action === 'create') return [declareExchange(change.after)];
    const { before } = change;
    const remove: RabbitCall = {
      op: 'exchange.delete',
      target: before.address,
      body: { ...vhostAndName(before), ifUnused: false },
    };
    const inbound = bindingsTo(before.address, context);
    return change.action === 'delete'
      ? [remove, ...reviveSources(inbound, context, false)]
      : [remove, ...reviveSources(inbound, context, true), declareExchange(change.after)];
  },

  cascadesFrom: ['vhost'],
  systemOwned: ownerOfExchange,
  predeclared: (resource) => isPredeclaredExchange(vhostAndName(resource).name),

  stillText(resource, live) {
    const sources = boundFrom(resource.address, live);
    return sources.length > 0 ? `still bound to ${sources.join(', ')}` : undefined;
  },

  fieldName: (path) =>
    path[0] === 'arguments' && path.length > 1 ? path.slice(1).join('.') : path.join('.'),
};

export function exchangeResource(broker: string, vhost: string, name: string, spec: JsonObject): Resource {
  const alternate = tableOf(spec.arguments)['alternate-exchange'];
  const dependsOn = alternate === name ? [] : exchangeNeed(broker, vhost, alternate);
  return {
    address: makeAddress(broker, 'exchange', vhost, name),
    spec,
    dependsOn: [makeAddress(broker, 'vhost', vhost), ...dependsOn],
  };
}

function liveExchange(broker: string, item: JsonObject): Resource {
  return exchangeResource(broker, text(item.vhost), text(item.name), {
    type: text(item.type),
    durable: item.durable !== false,
    'auto-delete': item.auto_delete === true,
    internal: item.internal === true,
    arguments: tableOf(item.arguments),
  });
}

/** `exchanges: { events: {…} }`, each with the bindings that lead to it. */
export function declareExchanges(collector: Collector, vhostBody: Body, vhost: string): void {
  const { broker } = vhostBody.section;
  for (const [name, written] of membersOf(vhostBody, 'exchanges')) {
    if (!checkDeclaredName(collector, 'an exchange', name, written.at)) continue;
    const body = overridden(written, makeAddress(broker, 'exchange', vhost, name));
    const table = rawArguments(collector, body);
    for (const key of Object.keys(exchangeArguments)) addFriendly(collector, body, table, key, key);
    const spec = { ...pick(body.value, exchangeFields), arguments: table.values };
    const places = { ...placesOf(body, exchangeFields), ...argumentPlaces(table) };
    collector.add(exchangeResource(broker, vhost, name, spec), body.at, places);
    for (const item of itemsOf(body, 'bindings')) declareBinding(collector, item, vhost, { exchange: name });
  }
}

/** Friendly keys where they fit, defaults left out but for the type. */
function writeExchange(resource: Resource, { bindings }: Writer): JsonObject {
  const { spec } = resource;
  const args = Object.entries(tableOf(spec.arguments));
  const isFriendly = ([name, value]: (typeof args)[number]) =>
    Object.hasOwn(exchangeArguments, name) &&
    fits(exchangeArguments[name as keyof typeof exchangeArguments], value);
  const raw = args.filter((entry) => !isFriendly(entry));
  const body = {
    type: spec.type ?? 'direct',
    ...(spec.durable === false && { durable: false }),
    ...(spec['auto-delete'] === true && { 'auto-delete': true }),
    ...(spec.internal === true && { internal: true }),
    ...Object.fromEntries(args.filter(isFriendly)),
    ...(raw.length > 0 && { arguments: Object.fromEntries(raw) }),
  };
  const incoming = bindings.take('exchange', vhostAndName(resource).name);
  return { ...escapeTexts(body), ...(incoming.length > 0 && { bindings: incoming }) };
}

const REPLACED =
  'publishers get 404 until it is re-declared; messages are then confirmed but unroutable until its bindings are re-created';

function movedText(change: Change, context: Context): string {
  const bindings = countOf(keptBindings(subject(change), context), 'binding');
  return `publishers get 404 until it is re-declared; a second exchange keeps ${bindings} in force meanwhile`;
}

const CONTINUED = disruptive(
  'move-under-way',
  'continues its replacement, which keeps its bindings in force',
);

function exclusiveRisks(change: Exclude<Change, { action: 'create' }>, context: Context): Risk[] {
  const queues = exclusiveQueuesOn(change.before.address, context);
  if (queues.length === 0) return [];
  const text = exclusiveQueuesText(queues);
  return change.action === 'delete'
    ? [destructive('exclusive-unbound', `connected clients stop receiving from it: ${text}`)]
    : [
        refused(
          'exclusive-bound',
          `connected clients would be cut off: only they can bind their ${text}`,
          'disconnect them first, or declare an exchange under a new name and move publishers and clients to it',
        ),
      ];
}
