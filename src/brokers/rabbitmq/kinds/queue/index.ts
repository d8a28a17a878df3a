import {
  type Context,
  countOf,
  isMove,
  type JsonObject,
  type Resource,
  subject,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { isQueueType } from '../../fields/argument.ts';
import { byName, ref } from '../../fields/field.ts';
import { typesTaking, unitOf } from '../../fields/queue.ts';
import { formatUnit } from '../../fields/units.ts';
import { queueTypeName } from '../../fields/vhost.ts';
import { completeArguments } from '../arguments.ts';
import { bindingsTo, boundFrom, reviveSources } from '../binding/neighbours.ts';
import type { RabbitKind } from '../kind.ts';
import { countsOf, tableOf, text, vhostAndName } from '../parts.ts';
import { ownerOfQueue } from '../system-owned.ts';
import {
  isBeingMoved,
  isRename,
  moveCalls,
  moveQueues,
  queueMovedWith,
  renameCalls,
  whyNotMoved,
} from './move.ts';
import { defaultTypeOf, risks } from './risks.ts';
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
