import {
  type Address,
  addTo,
  type Change,
  type Context,
  groupBy,
  isMove,
  type JsonObject,
  kindOf,
  makeAddress,
  type Order,
  oncePer,
  type Resource,
  subject,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { bind, bindingResource, declareExchange, endsOf, identityOf, unbind } from '../binding/identity.ts';
import { bindingsIn, exclusiveQueuesOn } from '../binding/neighbours.ts';
import { brokerOf, httpDelete, httpPut, tableOf, vhostAndName } from '../parts.ts';
import { presentPolicy } from '../policy/in-place.ts';
import { exactPattern } from '../policy/pattern.ts';
import { addressesOf, movedWith, queueMovedWith, suffixed } from '../queue/move.ts';
import { leftByMoves } from '../system-owned.ts';

/*
 * A replaced exchange loses its bindings, and until the last one is back messages are routed to some of its queues or to
 * none, although the broker confirms them. A move keeps every route: a detour exchange of the new type has all bindings,
 * and the new exchange sends everything there until it has its own bindings again. The old one does so before it is
 * deleted: a deletion takes its bindings away one after the other, and a message that is routed meanwhile reaches what is
 * left of them (seen on 3.10.8 and 4.3.6). A message that matches both ways arrives once, as the broker routes a message
 * to a queue only once. https://www.rabbitmq.com/docs/e2e
 */

const DETOUR = '.brokerform-detour';

/** Types whose bindings can let everything pass to the detour. */
const TYPES: readonly unknown[] = ['direct', 'fanout', 'topic', 'headers'];

/** Why the routes cannot be kept; undefined where they can. */
export function whyNotMoved(change: Change, context: Context): string | undefined {
  const { type } = subject(change).spec;
  if (!TYPES.includes(type)) return `exchanges of type ${String(type)} cannot pass on everything`;
  if (exclusiveQueuesOn(subject(change).address, context).length > 0)
    return 'only their connections can bind the exclusive queues that are bound to it';
  const { outbound, inbound } = routesOf(subject(change), context);
  const ends = [...outbound, ...inbound].flatMap((binding) => Object.values(endsOf(binding)));
  const isFleeting = [...ends, subject(change).address].some(
    (address) => kindOf(address) === 'exchange' && isAutoDelete(address, context),
  );
  if (isFleeting) return 'an auto-delete exchange goes with the last binding that is taken from it';
  return outbound.length === 0 ? 'it has no bindings' : undefined;
}

function isAutoDelete(address: Address, { live, desired }: Context): boolean {
  return [live, desired].some((side) => side.get(address)?.spec['auto-delete'] === true);
}

/** How many bindings stay in force. */
export function keptBindings(exchange: Resource, context: Context): number {
  const { outbound, inbound } = routesOf(exchange, context);
  return outbound.length + inbound.length;
}

/** The detour of an interrupted move is still there. */
export function isBeingMoved(exchange: Resource, { live }: Context): boolean {
  return leftByMoves(live).size > 0 && live.has(detourAddress(exchange));
}

/** The exchange or queue whose move made this exchange; undefined for any other. */
export function exchangeMovedWith(exchange: Resource, context: Context): Address | undefined {
  return movedWith(exchange, 'exchange', [DETOUR], context) ?? queueMovedWith(exchange, context);
}

function detourOf(exchange: Resource): string {
  return suffixed(vhostAndName(exchange).name, DETOUR);
}

function detourAddress(exchange: Resource): Address {
  return makeAddress(brokerOf(exchange), 'exchange', vhostAndName(exchange).vhost, detourOf(exchange));
}

/** The replacement, in an order that keeps every route; the same calls continue it from any point. */
export function moveCalls(change: Exclude<Change, { action: 'delete' }>, context: Context): RabbitCall[] {
  const { after } = change;
  const { vhost, name } = vhostAndName(after);
  const detour = detourOf(after);
  const { outbound, inbound } = routesOf(after, context);
  const { spec } = after;
  const present = presentPolicy(after, context);
  const alternate = present === 'unknown' ? undefined : present?.definition['alternate-exchange'];
  const stand: Resource = {
    ...after,
    address: detourAddress(after),
    spec: {
      ...spec,
      ...{ 'auto-delete': false, internal: true },
      // What the detour cannot route goes where the policy of the exchange sends it, which does not apply to the detour.
      arguments: {
        ...(alternate !== undefined && { 'alternate-exchange': alternate }),
        ...tableOf(spec.arguments),
      },
    },
  };
  const policy = alternatePolicy(after, detour, present);
  const path = ['policies', vhost, detour];
  const isPolicyLive = context.live.has(makeAddress(brokerOf(after), 'policy', vhost, detour));
  const remove = (exchange: string): RabbitCall => ({
    op: 'exchange.delete',
    target: after.address,
    body: { vhost, name: exchange, ifUnused: false },
  });
  const replacement: RabbitCall[] = [
    // One of an interrupted move stays as it is, even if the declaration has changed since.
    ...(isBeingMoved(after, context) ? [] : [declareExchange(stand)]),
    ...outbound.map((binding) => bind(rerouted(binding, { source: detour }))),
    ...inbound.map((binding) => bind(rerouted(binding, { destination: detour }))),
    ...handOver(after, detour, context),
    ...(policy ? [httpPut(after, path, policy, true)] : []),
    remove(name),
    declareExchange(after),
  ];
  const calls: RabbitCall[] = [
    // An update is a replacement that was interrupted after the new exchange.
    ...(change.action === 'update' ? [] : replacement),
    ...passages(after, detour, outbound).map(bind),
    // Bindings that follow each other are made at the same time: no other one may come before the last passage.
    declareExchange(after),
    ...outbound.map(bind),
    ...inbound.map(bind),
    ...(policy || isPolicyLive ? [httpDelete(after, path, true)] : []),
    remove(detour),
  ];
  return calls.map((call) => ({ ...call, target: after.address }) as RabbitCall);
}

/** The live exchange sends everything to the detour, and nothing anywhere else. */
function handOver({ address }: Resource, detour: string, { live }: Context): RabbitCall[] {
  const exchange = live.get(address);
  // Types of plug-ins cannot let everything pass. Most send each message to one of their bindings: to what is left of them.
  if (!exchange || !TYPES.includes(exchange.spec.type)) return [];
  const passed = detourAddress(exchange);
  const own = (bindingsAt(live).get(address) ?? []).filter((binding) => {
    const { source, destination } = endsOf(binding);
    return source === address && destination !== passed;
  });
  const outbound = sorted(own);
  return [...passages(exchange, detour, outbound).map(bind), ...outbound.map(unbind)];
}

/** The bindings that let everything pass from an exchange to the detour. A direct exchange needs one a key. */
function passages(exchange: Resource, detour: string, outbound: readonly Resource[]): Resource[] {
  const { vhost, name } = vhostAndName(exchange);
  const { type } = exchange.spec;
  const keys =
    type === 'direct' ? outbound.map((one) => identityOf(one).routingKey) : [type === 'topic' ? '#' : ''];
  // Without a header to compare, every message matches all of them.
  const args: JsonObject = type === 'headers' ? { 'x-match': 'all' } : {};
  return Array.from(new Set(keys), (routingKey) =>
    bindingResource(brokerOf(exchange), {
      ...{ vhost, routingKey, source: name, arguments: args },
      ...{ destinationType: 'exchange', destination: detour },
    }),
  );
}

interface Routes {
  /** Bindings from the exchange, as they are to be, to what is there already. */
  readonly outbound: readonly Resource[];
  /** Bindings to the exchange from others. */
  readonly inbound: readonly Resource[];
}

function routesOf(exchange: Resource, context: Context): Routes {
  const { address } = exchange;
  const { name } = vhostAndName(exchange);
  const detour = detourAddress(exchange);
  const { live, desired, deleted } = context;
  const found = new Map<Address, Resource>();
  for (const side of [live, desired]) {
    for (const end of [address, detour]) {
      for (const binding of bindingsAt(side).get(end) ?? []) {
        const { source, destination } = endsOf(binding);
        if (source === address && destination === detour) continue;
        const isFrom = source === address || source === detour;
        const own = rerouted(binding, isFrom ? { source: name } : { destination: name });
        const ends = endsOf(own);
        const other = isFrom ? ends.destination : ends.source;
        // A binding that is deleted later keeps its route until then; made anew, one with arguments could get other types
        // than it has, and its deletion would not find it.
        const isDeleted = [own.address, ends.source, ends.destination].some((one) => deleted?.has(one));
        if (isDeleted && Object.keys(tableOf(own.spec.arguments)).length > 0) continue;
        // What is not there yet, or does not get messages during a move, is bound by a step of its own.
        const isReady = live.has(other) && !(side === desired && isDiverted(other, live));
        if (isReady || other === address) found.set(own.address, own);
      }
    }
  }
  const all = sorted(found.values());
  const isOutbound = (binding: Resource) => endsOf(binding).source === address;
  return { outbound: all.filter(isOutbound), inbound: all.filter((binding) => !isOutbound(binding)) };
}

/** Whatever order the broker lists them in. */
function sorted(bindings: Iterable<Resource>): Resource[] {
  return [...bindings].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** Whether the messages for a queue go to the park queue of an interrupted move. */
function isDiverted(address: Address, live: Context['live']): boolean {
  if (kindOf(address) !== 'queue') return false;
  return live.has(addressesOf({ address }).park);
}

/** Bindings by each of their ends. */
const bindingsAt = oncePer((side: Context['live']) => {
  const index = new Map<Address, Resource[]>();
  for (const binding of bindingsIn(side)) {
    for (const end of new Set(Object.values(endsOf(binding)))) addTo(index, end, binding);
  }
  return index;
});

/** The same binding between other ends. */
function rerouted(
  binding: Resource,
  ends: { readonly source?: string; readonly destination?: string },
): Resource {
  const { twin: _, ...identity } = identityOf(binding);
  return bindingResource(brokerOf(binding), { ...identity, ...ends });
}

/**
 * The policy that sends what the new exchange cannot route yet to the detour; undefined where an argument of the
 * exchange wins over it, or where it is not known which policy it would replace.
 */
function alternatePolicy(
  exchange: Resource,
  detour: string,
  present: ReturnType<typeof presentPolicy>,
): JsonObject | undefined {
  if (present === 'unknown' || tableOf(exchange.spec.arguments)['alternate-exchange'] !== undefined)
    return undefined;
  return {
    pattern: exactPattern(vhostAndName(exchange).name),
    'apply-to': 'exchanges',
    priority: (present?.priority ?? 0) + 1,
    definition: { ...present?.definition, 'alternate-exchange': detour },
  };
}

/**
 * A queue or exchange that is replaced too waits for the exchanges that lead to it, so that both keep their bindings. A
 * rename comes between the new queue and its bindings: it makes those of the old one itself, and two bound queues would
 * both get every message.
 */
export function orderMoves(changes: readonly Change[], { live, desired }: Context): Order[] {
  const moves = changes.filter(isMove);
  if (moves.length === 0) return [];
  const replaced = new Set(
    changes.flatMap((change) =>
      change.action === 'replace' || isMove(change) ? [subject(change).address] : [],
    ),
  );
  const bindings = groupBy(
    changes.filter((change) => change.action === 'create' && kindOf(change.after.address) === 'binding'),
    (change) => endsOf(subject(change)).destination,
  );
  return moves.flatMap((change): Order[] => {
    const { address } = subject(change);
    if (change.action === 'delete' && change.movesTo !== undefined) {
      const made = bindings.get(change.movesTo) ?? [];
      return [
        { first: change.movesTo, next: address },
        ...made.map((binding) => ({ first: address, next: subject(binding).address })),
      ];
    }
    const next = [live, desired].flatMap((side) =>
      (bindingsAt(side).get(address) ?? []).map((binding) => endsOf(binding).destination),
    );
    return [...new Set(next)]
      .filter((one) => one !== address && replaced.has(one))
      .map((one) => ({ first: address, next: one }));
  });
}
