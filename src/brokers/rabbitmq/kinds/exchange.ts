import type { Change, Context, JsonObject, Kind, Resource, Risk } from '../../../model/index.ts';
import { adoptEquivalents, tableOf } from '../arguments.ts';
import type { RabbitCall } from '../calls.ts';
import { isPredeclaredExchange } from '../resources.ts';
import { declareExchange } from './amqp-calls.ts';
import { bindingsTo, reviveSources } from './auto-delete.ts';
import { boundFrom } from './bound-from.ts';
import { exclusiveQueuesOn, exclusiveQueuesText } from './exclusive.ts';
import { inPlaceByPolicy } from './in-place.ts';
import { destructive, disruptive, vhostAndName } from './parts.ts';
import { ownerOfExchange } from './system-owned.ts';

/** https://www.rabbitmq.com/docs/exchanges */
export const exchange: Kind = {
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
      arguments: adoptEquivalents(tableOf(spec.arguments), declaredArguments(resource, context)),
    };
  },

  fixed: () => 'fixed when the exchange is declared',

  risks(change, context): Risk[] {
    if (change.action === 'create') return [];
    const risks = [
      change.action === 'delete'
        ? disruptive('exchange-deleted', 'publishers get 404, and its bindings go with it')
        : disruptive('exchange-replaced', REPLACED),
      ...exclusiveRisks(change, context),
    ];
    // The plug-in keeps messages in the exchange until they are due.
    if (change.before.spec.type === 'x-delayed-message') {
      risks.push(destructive('delayed-messages', 'messages that the exchange holds back are lost'));
    }
    return risks.map((risk) => ({ ...hintOf(change), ...risk }));
  },

  /** For the connections of exclusive queues that lose their bindings. */
  atStake: (change, context) =>
    change.action === 'delete' || change.action === 'replace'
      ? exclusiveQueuesOn(change.before.address, context)
      : [],

  calls(change, context): RabbitCall[] {
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

const REPLACED =
  'publishers get 404 until it is declared again; then messages are confirmed but unroutable until its bindings are made again';

function exclusiveRisks(change: Exclude<Change, { action: 'create' }>, context: Context): Risk[] {
  const queues = exclusiveQueuesOn(change.before.address, context);
  if (queues.length === 0) return [];
  const text = exclusiveQueuesText(queues);
  return change.action === 'delete'
    ? [destructive('exclusive-unbound', `connected clients stop receiving from it: ${text}`)]
    : [
        {
          class: 'refused',
          code: 'exclusive-bound',
          message: `connected clients would be cut off: only they can bind their ${text}`,
          hint: 'disconnect them first, or declare an exchange under a new name and move publishers and clients to it',
        },
      ];
}

function hintOf(change: Change): { hint?: string } {
  if (!('fields' in change)) return {};
  const hint = inPlaceByPolicy(change.fields, 'exchanges', vhostAndName(change.before).name);
  return hint === undefined ? {} : { hint };
}

/** Arguments that the declaration of the same resource writes, for a live one; none for the declaration itself. */
export function declaredArguments(resource: Resource, context: Context): JsonObject | undefined {
  const declared = context.desired.get(resource.address);
  return declared && declared !== resource ? tableOf(declared.spec.arguments) : undefined;
}
