import { asyncapiFormat, type Channel, type DraftSection, type Mapping } from '../../../import/index.ts';
import { isPredeclaredExchange } from '../kinds/parts.ts';

/** Exchanges, queues and what binds them. https://github.com/asyncapi/bindings/tree/master/amqp */
export const asyncapi = asyncapiFormat('amqp', ['amqp', 'amqps'], (channels, draft) => {
  const known = knownIn(channels);
  for (const channel of channels) translateChannel(channel, known, draft);
});

/** What several channels say together. */
interface Known {
  /** Exchanges whose type some channel tells. */
  readonly typed: ReadonlySet<string>;
  /** The queue of each channel that is one, by the channel's object. */
  readonly queues: ReadonlyMap<object, Place>;
}

interface Place {
  readonly vhost: string;
  readonly name: string;
}

function knownIn(channels: readonly Channel[]): Known {
  const typed = new Set<string>();
  const queues = new Map<object, Place>();
  for (const channel of channels) {
    const binding = channel.binding('amqp');
    const exchange = binding?.mapping('exchange');
    if (exchange?.has('type')) typed.add(keyOf(placeOf(exchange, '')));
    const queue = binding && queueOf(channel, binding);
    if (queue) queues.set(channel.identity, queue);
  }
  return { typed, queues };
}

function keyOf({ vhost, name }: Place): string {
  return JSON.stringify([vhost, name]);
}

/** The name of an exchange or queue in its vhost. */
function placeOf(mapping: Mapping, fallback: string): Place {
  return { vhost: mapping.text('vhost') ?? '/', name: mapping.text('name') ?? fallback };
}

function isQueue(binding: Mapping): boolean {
  return binding.word('is', ['queue', 'routingKey']) === 'queue';
}

function queueOf(channel: Channel, binding: Mapping): Place | undefined {
  const queue = binding.mapping('queue');
  const fallback = isQueue(binding) ? channel.address : undefined;
  if (queue) return placeOf(queue, fallback ?? '');
  return fallback === undefined ? undefined : { vhost: '/', name: fallback };
}

function translateChannel(channel: Channel, known: Known, draft: DraftSection): void {
  const binding = channel.binding('amqp');
  if (!binding) {
    channel.leave('amqp', 'no AMQP binding says which exchange or queue it is');
    return;
  }
  channel.take();
  binding.skip('bindingVersion');
  const exchange = translateExchange(binding, known, draft);
  const queue = translateQueue(channel, binding, draft);
  if (!isQueue(binding)) bind(channel, binding, draft, exchange, queue ?? routedTo(channel, binding, known));
  for (const operation of channel.operationBindings('amqp')) {
    for (const key of ['cc', 'bcc']) {
      operation.leave(
        key,
        'messages are routed by these keys too; which queues get them, no binding here says',
      );
    }
    // How single messages are published and consumed.
    operation.skip('expiration', 'userId', 'priority', 'deliveryMode', 'mandatory', 'timestamp', 'ack');
    operation.skip('replyTo', 'bindingVersion');
  }
}

function translateExchange(binding: Mapping, known: Known, draft: DraftSection): Mapping | undefined {
  const exchange = binding.mapping('exchange');
  if (!exchange) return undefined;
  const place = placeOf(exchange, '');
  const type = exchange.text('type');
  // The default exchange and amq.* are there already.
  if (isPredeclaredExchange(place.name) || type === 'default') {
    exchange.skip('durable', 'autoDelete');
    return exchange;
  }
  if (!known.typed.has(keyOf(place))) {
    exchange.skip('durable', 'autoDelete');
    exchange.leave('name', 'nothing says its type, without which it cannot be declared; bindings to it are');
    return exchange;
  }
  const path = ['vhosts', place.vhost, 'exchanges', place.name];
  draft.open(path, exchange.at());
  draft.carry(path, exchange, {
    type: ['type', 'text'],
    durable: ['durable', 'flag'],
    autoDelete: ['auto-delete', 'flag'],
  });
  return exchange;
}

function translateQueue(channel: Channel, binding: Mapping, draft: DraftSection): Place | undefined {
  const place = queueOf(channel, binding);
  const queue = binding.mapping('queue');
  if (!place) return undefined;
  if (queue?.flag('exclusive') === true) {
    binding.leave('queue', 'an exclusive queue belongs to the connection that declares it');
    return undefined;
  }
  if (place.name === '' || place.name.startsWith('amq.')) {
    binding.leave('queue', 'a queue without a name of its own is named by the broker for a client');
    return undefined;
  }
  const path = ['vhosts', place.vhost, 'queues', place.name];
  draft.open(path, queue?.at() ?? binding.at());
  if (queue) draft.carry(path, queue, { durable: ['durable', 'flag'], autoDelete: ['auto-delete', 'flag'] });
  return place;
}

/** The queue of the channel that a routing key's messages are routed to. */
function routedTo(channel: Channel, binding: Mapping, known: Known): Place | undefined {
  const target = channel.referred(binding, 'channel');
  return target && known.queues.get(target.value);
}

/** Keys are of no matter to these. */
const KEYLESS = ['fanout', 'headers'];

function bind(
  channel: Channel,
  binding: Mapping,
  draft: DraftSection,
  exchange: Mapping | undefined,
  queue: Place | undefined,
): void {
  const from = exchange && placeOf(exchange, '');
  const type = exchange?.text('type');
  const key = binding.text('name') ?? channel.address;
  // Every queue is bound to the default exchange, by its own name.
  if (!from || from.name === '' || type === 'default') return;
  if (!queue) {
    leaveKey(channel, binding, 'no queue here is bound by this key');
  } else if (queue.vhost !== from.vhost) {
    leaveKey(channel, binding, `queue ${queue.name} is in another vhost than exchange ${from.name}`);
  } else if (type !== undefined && KEYLESS.includes(type)) {
    append(draft, queue, { from: from.name }, binding);
  } else if (key === undefined) {
    leaveKey(channel, binding, 'its routing key is only known at run time');
  } else {
    const keys = channel.namesIn(key);
    if (!Array.isArray(keys)) leaveKey(channel, binding, keys.why);
    else for (const one of keys) append(draft, queue, { from: from.name, key: one }, binding);
  }
}

function append(draft: DraftSection, queue: Place, item: Record<string, string>, binding: Mapping): void {
  draft.append(['vhosts', queue.vhost, 'bindings'], { ...item, to: queue.name }, binding.at());
}

/** Told at the key, or where it goes without saying, at the channel's address. */
function leaveKey(channel: Channel, binding: Mapping, why: string): void {
  if (binding.has('name')) binding.leave('name', why);
  else channel.leaveAddress(why);
}
