import { setTimeout as sleep } from 'node:timers/promises';
import amqp from 'amqplib';
import {
  type DeadLetter,
  type JsonObject,
  type LetterOutcome,
  makeAddress,
  type RedriveRequest,
  type Session,
} from '../../../../src/model/index.ts';
import { Management } from '../../../live/rabbitmq/management.ts';
import { brokerOf, freshVhost, type Line, open } from '../live.ts';

export type QueueType = 'classic' | 'quorum';

interface Broker {
  readonly url: string;
  readonly management: string;
}

/** A vhost with work queues whose rejected messages go to `dead`. */
export class Post {
  readonly vhost = freshVhost();
  readonly url: string;
  readonly management: Management;
  readonly #broker: Broker;
  #connection: amqp.ChannelModel | undefined;
  #channel: amqp.ConfirmChannel | undefined;

  constructor(broker: Broker) {
    this.#broker = broker;
    this.url = `${broker.url}/${encodeURIComponent(this.vhost)}`;
    this.management = new Management(broker.management);
  }

  get settings(): JsonObject {
    return { url: this.#broker.url, management: this.#broker.management };
  }

  get channel(): amqp.ConfirmChannel {
    if (!this.#channel) throw new Error('not open');
    return this.#channel;
  }

  async open(): Promise<void> {
    await this.management.put(['vhosts', this.vhost], {});
    this.#connection = await amqp.connect(this.url);
    this.#channel = await this.#connection.createConfirmChannel();
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    await this.management.delete('vhosts', this.vhost);
  }

  queue(name: string, args: Record<string, unknown> = {}, type: QueueType = 'classic') {
    return this.channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': type, ...args } });
  }

  /** A queue whose rejected messages go to another one. */
  work(name: string, type: QueueType = 'classic', dead = 'dead', args: Record<string, unknown> = {}) {
    const there = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
    return this.queue(name, { ...there, ...args }, type);
  }

  async publish(key: string, bodies: readonly string[], options: amqp.Options.Publish = {}, exchange = '') {
    for (const body of bodies) this.channel.publish(exchange, key, Buffer.from(body), options);
    await this.channel.waitForConfirms();
  }

  /** Rejects so many messages of a queue, and waits until they are dead letters. */
  async reject(queue: string, count: number, dead = 'dead'): Promise<void> {
    const before = await this.count(dead);
    for (let i = 0; i < count; i++) {
      const message = await this.take(queue);
      this.channel.nack(message, false, false);
    }
    await this.until(async () => (await this.count(dead)) === before + count);
  }

  async take(queue: string): Promise<amqp.GetMessage> {
    for (let tries = 0; tries < 500; tries++) {
      const message = await this.channel.get(queue);
      if (message) return message;
      await sleep(20);
    }
    throw new Error(`no message in ${queue}`);
  }

  /** All that is ready in a queue, acknowledged. */
  async takeAll(queue: string): Promise<amqp.GetMessage[]> {
    const messages: amqp.GetMessage[] = [];
    for (;;) {
      const message = await this.channel.get(queue, { noAck: true });
      if (!message) return messages;
      messages.push(message);
    }
  }

  /** Messages that are ready. */
  async count(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async until(isSo: () => Promise<boolean>, what = ''): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      if (await isSo()) return;
      await sleep(20);
    }
    const queues = await this.management.get('queues', this.vhost);
    const found = queues.map(({ name, messages, messages_ready: ready }) => `${name} ${ready}/${messages}`);
    throw new Error(`it never comes to be so: ${what} ${found.join(', ')}`);
  }

  request(queue = 'dead', more: Partial<RedriveRequest> = {}): RedriveRequest {
    const run = Math.random().toString(16).slice(2, 14);
    return { address: makeAddress('main', 'queue', this.vhost, queue), run, now: () => new Date(), ...more };
  }
}

export interface Redriving extends Partial<Omit<RedriveRequest, 'address'>> {
  readonly queue?: string;
  readonly accepts?: (letter: DeadLetter) => boolean;
  readonly limit?: number;
  readonly rate?: number;
  readonly drain?: AbortSignal;
  readonly abort?: AbortSignal;
  readonly onOutcome?: (outcome: LetterOutcome) => void;
  readonly onWork?: (text?: string) => void;
}

const never = new AbortController().signal;

/** Redrives, and returns what became of each letter. */
export async function redrive(
  session: Session,
  post: Post,
  options: Redriving = {},
): Promise<LetterOutcome[]> {
  const {
    queue,
    accepts = () => true,
    limit,
    rate,
    drain = never,
    abort = never,
    onOutcome,
    onWork,
    ...more
  } = options;
  const opened = await session.redrive?.(post.request(queue, more));
  if (!opened) throw new Error('cannot redrive');
  const choice = {
    accepts,
    ...(limit !== undefined && { limit }),
    ...(rate !== undefined && { rate }),
    ...(onWork && { onWork }),
  };
  const outcomes: LetterOutcome[] = [];
  for await (const outcome of opened.run({ ...choice, drain, abort })) {
    outcomes.push(outcome);
    onOutcome?.(outcome);
  }
  return outcomes;
}

export async function survey(
  session: Session,
  post: Post,
  options: Redriving = {},
): Promise<LetterOutcome[]> {
  const { queue, accepts = () => true, limit, ...more } = options;
  const opened = await session.redrive?.(post.request(queue, more));
  if (!opened) throw new Error('cannot redrive');
  const outcomes: LetterOutcome[] = [];
  const choice = { accepts, ...(limit !== undefined && { limit }) };
  for await (const outcome of opened.survey({ ...choice, most: 1000, signal: never })) outcomes.push(outcome);
  return outcomes;
}

/** How many outcomes there are of each status. */
export function tally(outcomes: readonly LetterOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** A vhost and a session for some work. */
export async function withPost<T>(
  line: Line,
  work: (post: Post, session: Session) => Promise<T>,
): Promise<T> {
  const broker = brokerOf(line);
  if (!broker) throw new Error('no broker');
  const post = new Post(broker);
  const session = await open(line);
  try {
    await post.open();
    return await work(post, session);
  } finally {
    await session.close();
    await post.close();
  }
}
