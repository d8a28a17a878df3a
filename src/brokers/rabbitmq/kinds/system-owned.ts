import { type Address, isObject, oncePer, type Resource } from '../../../model/index.ts';
import { identityOf } from './binding/identity.ts';
import { isPredeclaredExchange, vhostAndName } from './parts.ts';

/*
 * What the broker, a plug-in or a connected client makes for itself, as far as the broker tells: an exclusive queue,
 * the mark of a plug-in, a name that a plug-in makes. Seen on 3.10.8 and 4.3.6. A queue that a client declares under
 * a name of its choice looks like any other, auto-delete or not: that is what `ignore` in the configuration is for.
 */

/** Names that plug-ins give to queues. Made so on 3.10 and 4.3, where nothing else tells these queues apart. */
const PLUGIN_QUEUES: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^federation: .* -> /s, 'the federation plug-in made it for a link'],
  // rabbit_sharding_util:make_queue_name
  [/^sharding: .* - .* - \d+$/s, 'the sharding plug-in made it'],
  // rabbit_mqtt_util:queue_name_bin, rabbit_mqtt_processor (wills since 4.0)
  [/^mqtt-subscription-.*qos[01]$/s, 'the MQTT plug-in made it for a client'],
  [/^mqtt-will-/, 'the MQTT plug-in made it for a client'],
  // rabbit_stomp_util:subscription_queue_name
  [/^stomp-subscription-[\w-]{22}$/, 'the STOMP plug-in made it for a client'],
  // rabbit_mgmt_wm_aliveness_test
  [/^aliveness-test$/, 'the aliveness test of the management plug-in made it'],
];

/** What a move makes, see `queue/move.ts`. */
const MOVE_NAMES = /\.brokerform-(hold|park|back|move|detour)$/s;
const MOVED = 'it belongs to a move that was interrupted; the next apply continues it';

/** Addresses of what moves have made; mostly there are none, and no queue needs a second look. */
export const leftByMoves = oncePer(
  (live: ReadonlyMap<Address, Resource>) =>
    new Set([...live.keys()].filter((address) => address.includes('.brokerform-'))),
);

export function ownerByMove(name: string): string | undefined {
  return MOVE_NAMES.test(name) ? MOVED : undefined;
}

export function ownerOfQueue(queue: Resource): string | undefined {
  const { spec } = queue;
  if (spec.exclusive === true) return 'it belongs to the connection that declared it';
  return madeByPlugin(spec.arguments) ?? ownerByName(vhostAndName(queue).name);
}

export function ownerOfExchange(resource: Resource): string | undefined {
  const { name } = vhostAndName(resource);
  if (isPredeclaredExchange(name)) return 'predeclared by the broker';
  const move = ownerByMove(name);
  if (move !== undefined) return move;
  if (resource.spec.type === 'x-federation-upstream') return 'the federation plug-in made it for a link';
  return madeByPlugin(resource.spec.arguments);
}

/** A binding of the detour, hold or park of a move, which makes and deletes it. */
export function isOfMove(binding: Resource): boolean {
  const { source, destination } = identityOf(binding);
  return MOVE_NAMES.test(source) || MOVE_NAMES.test(destination);
}

/** Its ends say more, where they are read along with it; a definitions file leaves out some of them. */
export function ownerOfBinding(resource: Resource): string | undefined {
  const { source, destinationType, destination } = identityOf(resource);
  if (source === '') return 'the broker binds every queue to the default exchange';
  if (isOfMove(resource)) return MOVED;
  const { arguments: args } = resource.spec;
  if (isObject(args) && 'x-bound-from' in args) return 'the federation plug-in made it for a link';
  return destinationType === 'queue' ? ownerByName(destination) : undefined;
}

function ownerByName(queue: string): string | undefined {
  if (queue.startsWith('amq.')) return 'the broker named this queue for a client';
  return ownerByMove(queue) ?? PLUGIN_QUEUES.find(([name]) => name.test(queue))?.[1];
}

/** The mark of what a plug-in made for its own purpose, such as `federation`. */
function madeByPlugin(args: unknown): string | undefined {
  const purpose = isObject(args) ? args['x-internal-purpose'] : undefined;
  return typeof purpose === 'string' ? `the ${purpose} plug-in made it` : undefined;
}
