import { setTimeout as sleep } from 'node:timers/promises';
import amqp from 'amqplib';
import { expect } from 'vitest';
import type { RabbitCall } from '../../../../src/brokers/rabbitmq/calls.ts';
import { moveCalls, moveNames } from '../../../../src/brokers/rabbitmq/kinds/queue/move.ts';
import { type JsonObject, makeAddress } from '../../../../src/model/index.ts';
import { killsOf } from '../../../live/dying.ts';
import { Management } from '../../../live/rabbitmq/management.ts';
import { freshVhost } from '../live.ts';

/** How a queue is, and how it is to be. */
export interface Change {
  readonly from: JsonObject;
  readonly to: JsonObject;
}

export const CHANGES: Readonly<Record<string, Change>> = {
  'classic to quorum': { from: { 'x-queue-type': 'classic' }, to: { 'x-queue-type': 'quorum' } },
  'quorum to classic': { from: { 'x-queue-type': 'quorum' }, to: { 'x-queue-type': 'classic' } },
  'other arguments': {
    from: { 'x-queue-type': 'classic', 'x-max-priority': 3 },
    to: { 'x-queue-type': 'classic', 'x-max-priority': 5, 'x-message-ttl': 3_600_000 },
  },
};

/** All of them where every kill is asked for (`BROKERFORM_TEST_KILLS=Infinity`), else the one that is named. */
export function changesOr(few: string): string[] {
  return Number.isFinite(killsOf(1)) ? [few] : Object.keys(CHANGES);
}

export interface Broker {
  readonly url: string;
  readonly management: string;
}

/** A vhost with a queue, `orders`, that has bindings of several kinds. */
export class Shop {
  readonly vhost = freshVhost();
  readonly url: string;
  readonly #broker: Broker;
  readonly #change: Change;
  readonly management: Management;

  constructor(broker: Broker, change: Change) {
    this.#broker = broker;
    this.#change = change;
    this.url = `${broker.url}/${encodeURIComponent(this.vhost)}`;
    this.management = new Management(broker.management);
  }

  get settings(): JsonObject {
    return { url: this.#broker.url, management: this.#broker.management };
  }

  async open(): Promise<void> {
    await this.management.put(['vhosts', this.vhost], {});
    const connection = await amqp.connect(this.url);
    const channel = await connection.createChannel();
    await channel.assertExchange('events', 'topic');
    await channel.assertExchange('documents', 'headers');
    await channel.assertQueue('orders', { durable: true, arguments: this.#change.from });
    await channel.bindQueue('orders', 'events', 'p0.*');
    await channel.bindQueue('orders', 'events', 'p1.#');
    // A number as clients send it: the management API alone would make it another binding.
    await channel.bindQueue('orders', 'documents', '', { 'x-match': 'any', size: 7, large: 70_000 });
    await connection.close();
    this.#bindings = await this.bindings();
  }
  #bindings: readonly string[] = [];

  readonly #others: string[] = [];
  #listable = true;

  /** A queue of somebody else, which is to stay. */
  alsoThere(queue: string): void {
    this.#others.push(queue);
  }

  /** The bindings are as they are now. */
  async remember(): Promise<void> {
    this.#bindings = await this.bindings();
  }

  cannotList(): void {
    this.#listable = false;
  }

  async unbindDocuments(): Promise<void> {
    const path = ['bindings', this.vhost, 'e', 'documents', 'q', 'orders'];
    for (const { properties_key } of (await this.management.get(...path)) ?? []) {
      await this.management.delete(...path, String(properties_key));
    }
  }

  /** Waits for the broker's statistics. */
  async untilListed(isSo: (queue: Record<string, unknown>) => boolean): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const queues = await this.management.get('queues', this.vhost);
      if (queues.some((queue) => queue.name === 'orders' && isSo(queue))) return;
      await sleep(200);
    }
    throw new Error('the broker never lists it');
  }

  /** Messages that are ready in the queue. */
  async count(): Promise<number> {
    const connection = await amqp.connect(this.url);
    const { messageCount } = await (await connection.createChannel()).checkQueue('orders');
    await connection.close();
    return messageCount;
  }

  close(): Promise<unknown> {
    return this.management.delete('vhosts', this.vhost);
  }

  calls(allowGap = false, to = this.#change.to): RabbitCall[] {
    const declare = { vhost: this.vhost, name: 'orders', durable: true, autoDelete: false, arguments: to };
    return moveCalls(makeAddress('main', 'queue', this.vhost, 'orders'), { declare, allowGap });
  }

  /** All bindings but the default exchange's, each with its very arguments. */
  async bindings(): Promise<string[]> {
    const all = (await this.management.get('bindings', this.vhost)) ?? [];
    return all
      .filter(({ source }) => source !== '')
      .map(({ source, destination, properties_key }) => `${source} → ${destination} ${properties_key}`)
      .sort();
  }

  async queues(): Promise<string[]> {
    return ((await this.management.get('queues', this.vhost)) ?? []).map(({ name }) => String(name)).sort();
  }

  /** The queue is as declared, with the bindings that it had, and nothing of the move is left. */
  async expectMoved(): Promise<void> {
    const [queues = [], exchanges = [], policies] = await Promise.all(
      ['queues', 'exchanges', 'policies'].map((what) => this.management.get(what, this.vhost)),
    );
    const shown = queues.map(({ name, type, arguments: args }) => ({ name, type, arguments: args }));
    const type = this.#change.to['x-queue-type'];
    expect(shown).toEqual([{ name: 'orders', type, arguments: this.#change.to }]);
    expect(await this.bindings()).toEqual(this.#bindings);
    const names = exchanges.map(({ name }) => String(name)).filter((name) => !/^(amq\.|$)/.test(name));
    expect(names.sort()).toEqual(['documents', 'events']);
    expect(policies).toEqual([]);
  }

  /** Nothing was changed. */
  async expectUntouched(): Promise<void> {
    expect(await this.queues()).toEqual(['orders', ...this.#others].sort());
    if (this.#listable) expect(await this.bindings()).toEqual(this.#bindings);
    expect(await this.management.get('policies', this.vhost)).toEqual([]);
    const exchanges = (await this.management.get('exchanges', this.vhost)) ?? [];
    expect(exchanges.filter(({ name }) => String(name).includes('brokerform'))).toEqual([]);
  }
}

export const NAMES = moveNames('orders');
