import {
  type Change,
  type Context,
  isObject,
  type JsonObject,
  type Kind,
  type Resource,
  type Risk,
} from '../../../model/index.ts';
import { adoptEquivalents, tableOf } from '../arguments.ts';
import type { RabbitCall } from '../calls.ts';
import { unitOf } from '../fields/queue.ts';
import { formatUnit } from '../fields/units.ts';
import type { QueueVolatile } from '../specs.ts';
import { bindingsTo, reviveSources } from './auto-delete.ts';
import { boundFrom } from './bound-from.ts';
import { declaredArguments } from './exchange.ts';
import { inPlaceByPolicy } from './in-place.ts';
import { countOf, destructive, disruptive, vhostAndName } from './parts.ts';
import { ownerOfQueue } from './system-owned.ts';
import { defaultQueueTypeIn, queueTypeName } from './vhost.ts';

/** https://www.rabbitmq.com/docs/queues */
export const queue: Kind = {
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
      arguments: adoptEquivalents(withoutType(table), declaredArguments(resource, context)),
    };
  },

  fixed: () => 'fixed when the queue is declared',

  risks(change, context): Risk[] {
    if (change.action === 'create') return [...inheritedType(change.after, context), ...expiry(change.after)];
    if (change.action === 'update') return [];
    const { consumers, ready, unacknowledged } = (change.before.volatile as QueueVolatile | undefined) ?? {};
    const isEmpty = ready === 0 && unacknowledged === 0;
    const isKnown = ready !== undefined && unacknowledged !== undefined;
    const lost = isKnown
      ? `${countOf(ready + unacknowledged, 'message')} would be lost`
      : 'message count unknown; any messages would be lost';
    const gap = change.action === 'replace' ? GAP : '';
    const cut = consumers ? `, ${countOf(consumers, 'consumer')} cut off` : '';
    const code = change.action === 'delete' ? 'queue-deleted' : 'queue-replaced';
    const empty = change.action === 'delete' ? 'queue is empty; clients lose it' : 'queue is empty';
    const risk = isEmpty ? disruptive(code, empty + cut + gap) : destructive(code, lost + cut + gap);
    return [{ ...risk, ...hintOf(change) }];
  },

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
    const declare: RabbitCall = {
      op: 'queue.declare',
      target,
      body: {
        vhost,
        name,
        durable: spec.durable !== false,
        autoDelete: spec['auto-delete'] === true,
        arguments: isImplied ? args : { 'x-queue-type': type, ...args },
      },
    };
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

  stakeText(resource) {
    const { ready, unacknowledged, consumers } = (resource.volatile ?? {}) as QueueVolatile;
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

/** Until the new queue is declared and bound again. */
const GAP = '; messages published for it until it is re-created and bound are unroutable';

function hintOf(change: Change): { hint?: string } {
  if (!('fields' in change)) return {};
  const { name } = vhostAndName(change.before);
  const hint = inPlaceByPolicy(change.fields, 'queues', name, String(change.before.spec.type));
  return hint === undefined ? {} : { hint };
}

/** The arguments but for the type, which is a field of its own. */
function withoutType(table: JsonObject): JsonObject {
  if (table['x-queue-type'] === undefined) return table;
  const { 'x-queue-type': _, ...args } = table;
  return args;
}

/** A queue that the broker removed by itself looks like a new one. */
function expiry({ spec }: Resource): Risk[] {
  const expires = tableOf(spec.arguments)['x-expires'];
  if (expires === undefined) return [];
  const after = formatUnit(expires, 'ms') ?? String(expires);
  const message = `the broker deletes it when it is unused for ${after}: one that was there before is gone with its messages`;
  return [{ class: 'safe', code: 'expires', message }];
}

/** Where the type of a new queue comes from that nobody wrote and that is not RabbitMQ's own default. */
function inheritedType({ address, spec, needs, places }: Resource, context: Context): Risk[] {
  const inherited = defaultTypeOf({ address, spec, needs }, context);
  if (places?.type || inherited === undefined || inherited === 'classic' || spec.type !== inherited)
    return [];
  const { vhost } = vhostAndName({ address, spec, needs });
  const message = `type ${inherited}: default of vhost ${vhost}`;
  return [{ class: 'safe', code: 'inherited-type', message }];
}

/** The type of a queue that names none: as its vhost is declared to be, else as it is. */
function defaultTypeOf(resource: Resource, context: Context): string | undefined {
  const [vhost = ''] = resource.needs;
  return (
    defaultQueueTypeIn(context.desired.get(vhost)?.spec) ??
    defaultQueueTypeIn(context.live.get(vhost)?.spec) ??
    defaultQueueTypeIn(factOf(resource, context))
  );
}

function factOf(resource: Resource, context: Context): JsonObject | undefined {
  const types = context.broker.facts.defaultQueueTypes;
  return isObject(types) ? { 'default-queue-type': types[vhostAndName(resource).vhost] ?? null } : undefined;
}
