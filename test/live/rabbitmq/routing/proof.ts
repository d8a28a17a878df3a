import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ConfirmChannel } from 'amqplib';
import { type End, followCopies } from '../../../../src/brokers/rabbitmq/routing/journey.ts';
import { publishedMessage } from '../../../../src/brokers/rabbitmq/routing/message.ts';
import { readTopology } from '../../../../src/brokers/rabbitmq/routing/read-topology.ts';
import type { Queue, Topology, Vhost } from '../../../../src/brokers/rabbitmq/routing/topology.ts';
import { toAmqpTable } from '../../../../src/brokers/rabbitmq/session/requests.ts';
import type { JsonObject } from '../../../../src/model/index.ts';
import { resourcesOf, VHOST } from '../../../brokers/rabbitmq/sketch.ts';
import { Management } from '../management.ts';
import type { RandomMessage, RandomVhost } from './random-vhost.ts';

/*
 * The same messages through the router and through a broker: in which queues does each copy end?
 */

interface Disagreement {
  readonly message: RandomMessage;
  /** Queues, one a copy, sorted. */
  readonly router: readonly string[];
  readonly broker: readonly string[];
}

export interface Proof {
  /** Messages that went through both. */
  readonly compared: number;
  /** Copies that came to rest in a queue. */
  readonly copies: number;
  /** Messages of which some copy was dead-lettered. */
  readonly deadLettered: number;
  readonly disagreements: readonly Disagreement[];
}

export interface Broker {
  readonly url: string;
  readonly management: string;
  readonly version: string;
}

/** More copies of one message say no more. */
const MOST_ENDS = 40;
/** Milliseconds without another message, after which no more are expected; and after all expected ones. */
const QUIET = 3_000;
const LAST = 100;

export async function compare(broker: Broker, vhost: string, random: RandomVhost): Promise<Proof> {
  const topology = readTopology(resourcesOf(random.sketch), broker.version);
  const found = topology.vhosts.get(VHOST);
  if (!found) throw new Error('a random vhost has exchanges');
  const rejecting = rejectingQueues(random, found, topology);
  const asked = random.messages.flatMap((message) => {
    const ends = endsOf(message, found, topology, rejecting);
    return ends && ends.all.length <= MOST_ENDS ? [{ message, ends }] : [];
  });
  const got = await observe(broker, vhost, random, {
    rejecting,
    // What rests in a queue where it expires is dropped.
    consumed: [...found.queues.values()]
      .filter((one) => !rejecting.has(one.name) && holds(one))
      .map(({ name }) => name),
    messages: asked.map(({ message }) => message),
    expected: asked.reduce((sum, { ends }) => sum + ends.resting.length, 0),
  });
  const disagreements = asked.flatMap(({ message, ends: { resting: router } }, i) => {
    const list = (got.get(i) ?? []).sort();
    return list.join() === router.join() ? [] : [{ message, router, broker: list }];
  });
  return {
    compared: asked.length,
    copies: asked.reduce((sum, { ends }) => sum + ends.resting.length, 0),
    deadLettered: asked.filter(({ ends }) => ends.isDeadLettered).length,
    disagreements,
  };
}

/** Whether it is one in which messages stay: no TTL of random vhosts is longer than 0, and no length. */
function holds(queue: Queue | undefined): boolean {
  return queue?.setting('message-ttl') === undefined && queue?.setting('max-length') === undefined;
}

/** Those in which messages stay, where nothing goes round without end. */
function rejectingQueues({ rejecting, messages }: RandomVhost, vhost: Vhost, topology: Topology) {
  const able = new Set(rejecting.filter((name) => holds(vhost.queues.get(name))));
  const isEndless = messages.some((message) => endsOf(message, vhost, topology, able) === undefined);
  return isEndless ? new Set<string>() : able;
}

interface Ends {
  readonly all: readonly string[];
  readonly resting: readonly string[];
  readonly isDeadLettered: boolean;
}

/** Undefined where a copy goes round without end, or it cannot be told. */
function endsOf(
  { exchange, key, cc, bcc, headers }: RandomMessage,
  vhost: Vhost,
  topology: Topology,
  rejecting: ReadonlySet<string>,
): Ends | undefined {
  const publish: JsonObject = { exchange, key, cc, bcc, headers };
  const message = publishedMessage(publish, vhost, topology);
  const consumers = { rejecting, returning: new Set<string>() };
  const { ends, ring, doubts } = followCopies(vhost, message, consumers, true);
  if (ring !== undefined || doubts.length > 0) return undefined;
  const names = (some: readonly End[]) =>
    some
      .flatMap(({ queue, copies }) => (queue === undefined ? [] : Array<string>(copies).fill(queue)))
      .sort();
  const all = names(ends);
  const resting = all.filter((name) => holds(vhost.queues.get(name)));
  return { all, resting, isDeadLettered: ends.some(({ tries, queue }) => tries > 0 || queue === undefined) };
}

interface Watched {
  readonly rejecting: ReadonlySet<string>;
  readonly consumed: readonly string[];
  readonly messages: readonly RandomMessage[];
  readonly expected: number;
}

/** By message: the queues from which its copies were read. */
async function observe(
  { url, management }: Broker,
  vhost: string,
  { sketch }: RandomVhost,
  { rejecting, consumed, messages, expected }: Watched,
): Promise<Map<number, string[]>> {
  const got = new Map<number, string[]>();
  const api = new Management(management);
  await api.put(['vhosts', vhost], {});
  const connection = await amqp.connect(`${url}/${encodeURIComponent(vhost)}`, { noDelay: true });
  try {
    const channel = await connection.createConfirmChannel();
    await declare(channel, sketch);
    for (const [name, body] of Object.entries(sketch.policies ?? {})) {
      await api.put(['policies', vhost, name], body);
    }
    let count = 0;
    let last = Date.now();
    for (const name of rejecting)
      await consume(channel, name, (delivery) => channel.nack(delivery, false, false));
    for (const name of consumed) {
      await consume(
        channel,
        name,
        ({ properties }) => {
          const id = Number(properties.messageId);
          got.set(id, [...(got.get(id) ?? []), name]);
          count++;
          last = Date.now();
        },
        true,
      );
    }
    await publish(channel, messages);
    last = Date.now();
    while (Date.now() - last < (count >= expected ? LAST : QUIET)) await sleep(10);
  } finally {
    await connection.close();
    await api.delete('vhosts', vhost);
  }
  return got;
}

async function consume(
  channel: Channel,
  queue: string,
  take: (delivery: amqp.ConsumeMessage) => void,
  noAck = false,
): Promise<void> {
  await channel.consume(queue, (delivery) => delivery && take(delivery), { noAck });
}

export async function declare(
  channel: Channel,
  { exchanges, queues, bindings }: RandomVhost['sketch'],
): Promise<void> {
  const calls: PromiseLike<unknown>[] = [];
  for (const [name, { type = 'topic', internal, arguments: args }] of Object.entries(exchanges ?? {})) {
    const options = { internal: internal === true, arguments: table(args) };
    calls.push(channel.assertExchange(name, type, options));
  }
  for (const [name, { arguments: args }] of Object.entries(queues ?? {})) {
    calls.push(channel.assertQueue(name, { arguments: table(args) }));
  }
  for (const [source, destination, key = '', args] of bindings ?? []) {
    if (destination.startsWith('→')) {
      calls.push(channel.bindExchange(destination.slice(1), source, key, table(args)));
    } else calls.push(channel.bindQueue(destination, source, key, table(args)));
  }
  await Promise.all(calls);
}

function table(args: unknown) {
  return toAmqpTable((args ?? {}) as JsonObject);
}

async function publish(channel: ConfirmChannel, messages: readonly RandomMessage[]): Promise<void> {
  for (const [i, { exchange, key, cc, bcc, headers }] of messages.entries()) {
    channel.publish(exchange, key, Buffer.alloc(0), {
      messageId: String(i),
      headers: table(headers),
      ...(cc.length > 0 && { CC: [...cc] }),
      ...(bcc.length > 0 && { BCC: [...bcc] }),
    });
  }
  await channel.waitForConfirms();
}
