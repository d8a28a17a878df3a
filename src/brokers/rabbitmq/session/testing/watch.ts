import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import { isObject, type Json, type JsonObject } from '../../../../model/index.ts';
import { toAmqpTable } from '../requests.ts';

interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
}

/** A copy of a message that came to rest. */
export interface Arrival {
  readonly message: number;
  readonly queue: string;
  readonly deaths: readonly Death[];
}

export interface Watched {
  /** What is published, each with its index as its message id. */
  readonly messages: readonly JsonObject[];
  /** Queues in which messages rest, and whether each is a stream. */
  readonly resting: ReadonlyMap<string, boolean>;
  readonly rejecting: readonly string[];
  readonly returning: readonly string[];
  /** How many arrivals end the wait early. */
  readonly expected: number;
  readonly signal: AbortSignal;
}

export interface Seen {
  readonly arrivals: readonly Arrival[];
  /** Deliveries by queues that give messages back, by message and queue. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** Queues that still gave the message back when it had been delivered that often. */
  readonly endless: ReadonlyMap<number, { readonly queue: string; readonly tries: number }>;
}

/** Milliseconds without any delivery, after which no more are expected; and after all expected ones. */
const QUIET = 2_000;
const LAST = 200;
/** A message that was given back so often goes round without end; one that waits in between takes long for it. */
const MOST_RETURNED = 200;
const MOST_REJECTED = 20;

export function deliveryKey(message: number, queue: string): string {
  return `${message} ${queue}`;
}

/** Publishes messages and watches where they come to rest, until nothing moves any more. */
export async function watch(channel: Channel, watched: Watched): Promise<Seen> {
  const { messages, resting, rejecting, returning, expected, signal } = watched;
  const arrivals: Arrival[] = [];
  const deliveries = new Map<string, number>();
  const endless = new Map<number, { readonly queue: string; readonly tries: number }>();
  let last = Date.now();
  await channel.prefetch(500);
  for (const [queue, isStream] of resting) {
    await consume(channel, queue, isStream, (delivery) => {
      last = Date.now();
      arrivals.push({ message: idOf(delivery), queue, deaths: deathsOf(delivery) });
    });
  }
  const giveBack = async (queue: string, requeue: boolean) => {
    await consume(channel, queue, undefined, (delivery) => {
      last = Date.now();
      const message = idOf(delivery);
      const key = deliveryKey(message, queue);
      const tries = (deliveries.get(key) ?? 0) + 1;
      deliveries.set(key, tries);
      if (tries < (requeue ? MOST_RETURNED : MOST_REJECTED)) channel.reject(delivery, requeue);
      else {
        endless.set(message, { queue, tries });
        channel.ack(delivery);
      }
    });
  };
  for (const queue of rejecting) await giveBack(queue, false);
  for (const queue of returning) await giveBack(queue, true);
  for (const [i, message] of messages.entries()) publish(channel, message, i);
  last = Date.now();
  while (Date.now() - last < (arrivals.length >= expected ? LAST : QUIET)) {
    await sleep(20, undefined, { signal });
  }
  return { arrivals, deliveries, endless };
}

/** @param isStream undefined: the consumer answers each delivery itself */
async function consume(
  channel: Channel,
  queue: string,
  isStream: boolean | undefined,
  take: (delivery: ConsumeMessage) => void,
): Promise<void> {
  const options = isStream ? { arguments: { 'x-stream-offset': 'first' } } : { noAck: isStream === false };
  await channel.consume(
    queue,
    (delivery) => {
      if (!delivery) return;
      take(delivery);
      if (isStream) channel.ack(delivery);
    },
    options,
  );
}

function publish(channel: Channel, message: JsonObject, id: number): void {
  const { exchange, key, headers, cc, bcc, expiration } = message;
  channel.publish(String(exchange), String(key ?? ''), Buffer.from('brokerform test'), {
    messageId: String(id),
    headers: toAmqpTable(isObject(headers) ? headers : {}),
    ...(cc !== undefined && { CC: texts(cc) }),
    ...(bcc !== undefined && { BCC: texts(bcc) }),
    ...(expiration !== undefined && { expiration: String(expiration) }),
  });
}

function texts(value: Json): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function idOf({ properties }: ConsumeMessage): number {
  return Number(properties.messageId);
}

/** What the broker noted each time that the message was dead-lettered. https://www.rabbitmq.com/docs/dlx#effects */
function deathsOf({ properties }: ConsumeMessage): Death[] {
  const deaths: unknown = properties.headers?.['x-death'];
  if (!Array.isArray(deaths)) return [];
  return deaths.map(({ queue, reason, count }) => ({
    queue: String(queue),
    reason: String(reason),
    count: Number(count),
  }));
}
