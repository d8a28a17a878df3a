import {
  type Change,
  type Context,
  countOf,
  destructive,
  disruptive,
  isMove,
  isObject,
  type JsonObject,
  type Resource,
  type Risk,
  refused,
  subject,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { defaultQueueTypeIn, queueTypeName } from '../../fields/administration.ts';
import { isQueueType } from '../../fields/argument.ts';
import { byName, formatUnit, ref } from '../../fields/field.ts';
import { typesTaking, unitOf } from '../../fields/queue.ts';
import { completeArguments } from '../arguments.ts';
import { bindingsTo, boundFrom, reviveSources } from '../binding/neighbours.ts';
import type { RabbitKind } from '../kind.ts';
import { countsOf, tableOf, text, vhostAndName } from '../parts.ts';
import { inPlaceHint } from '../policy/in-place.ts';
import { ownerOfQueue } from '../system-owned.ts';
import {
  isBeingMoved,
  isRename,
  moveCalls,
  moveQueues,
  moveRisks,
  queueMovedWith,
  renameCalls,
  whyNotMoved,
} from './move.ts';
import { declareQueues, queueResource, queueSchema, writeQueue } from './yaml.ts';

/**
 * `<broker>/queue/<vhost>/<name>`; spec: `type`, `durable`, `auto-delete`, live `exclusive`, and `arguments` without
 * `x-queue-type`. The type comes from the listing's own, never from the argument: brokers before 4.0 do not put that on
 * every queue. https://www.rabbitmq.com/docs/queues
 */
export const queue: RabbitKind = {
  definitions: {
    queue: queueSchema,
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
    // What `liveQueue` reads: half of what the broker says otherwise.
    query: 'disable_stats=true&columns=vhost,name,type,durable,auto_delete,exclusive,arguments',
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
      keptType(resource, context) ??
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
  leftByMoveOf: queueMovedWith,
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
    if (isRename(change, context)) return renameCalls(change, options.destructive);
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
    if (isMove(change)) return moveCalls(target, { declare: declare.body, allowGap: options.destructive });
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

/**
 * The type of a queue that is there and whose declaration names none: a default counts only when a queue is declared. A
 * type that does not take what is declared is none to keep: the queue has to be declared anew.
 */
function keptType({ address, spec }: Resource, context: Context): string | undefined {
  const type = context.live.get(address)?.spec.type;
  if (typeof type !== 'string' || !isQueueType(type)) return undefined;
  const isPlain = spec.durable !== false && spec['auto-delete'] !== true;
  if (type !== 'classic' && !isPlain) return undefined;
  const isTaken = (argument: string) => {
    const types = typesTaking(argument, context.broker.version);
    return types.length === 0 || types.includes(type);
  };
  return Object.keys(tableOf(spec.arguments)).every(isTaken) ? type : undefined;
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

/** What a change of a queue costs its messages and clients. */
function risks(change: Change, context: Context): Risk[] {
  if (isMove(change)) return moveRisks(change, context);
  if (change.action === 'create') return [...inheritedType(change.after, context), ...expiry(change.after)];
  if (change.action === 'update') return [];
  if (change.action === 'delete' && moveQueues(change.before, context).length > 0) return [BEING_MOVED];
  const { consumers, ready, unacknowledged } = countsOf(change.before);
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
  const isMovable = change.action === 'replace' && whyNotMoved(change, context) === undefined;
  const movable = risk.class === 'destructive' && isMovable && { movable: true as const };
  return [{ ...risk, ...inPlaceHint(change, context), ...movable }];
}

const BEING_MOVED = refused(
  'being-moved',
  'a move of its messages was interrupted: they are in its hold and park queues',
  'declare the queue and apply, which continues the move; then delete it',
);

/** Until the new queue is declared and bound again. */
const GAP = '; messages published for it until it is re-created and bound are unroutable';

/** A queue that the broker removed by itself looks like a new one. */
function expiry({ spec }: Resource): Risk[] {
  const expires = tableOf(spec.arguments)['x-expires'];
  if (expires === undefined) return [];
  const after = formatUnit(expires, 'ms') ?? String(expires);
  const message = `the broker deletes it when it is unused for ${after}: one that was there before is gone with its messages`;
  return [{ class: 'safe', code: 'expires', message }];
}

/** The source of the type of a new queue, if it is neither declared nor RabbitMQ's own default. */
function inheritedType(queue: Resource, context: Context): Risk[] {
  const { spec, places } = queue;
  const inherited = defaultTypeOf(queue, context);
  if (places?.type || inherited === undefined || inherited === 'classic' || spec.type !== inherited)
    return [];
  const { vhost } = vhostAndName(queue);
  const message = `type ${inherited}: default of vhost ${vhost}`;
  return [{ class: 'safe', code: 'inherited-type', message }];
}

/** The type of a queue that names none: as its vhost is declared to be, else as it is. */
function defaultTypeOf(resource: Resource, context: Context): string | undefined {
  const [vhost = ''] = resource.dependsOn;
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
