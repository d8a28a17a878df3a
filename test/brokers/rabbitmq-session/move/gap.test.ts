import { setTimeout as sleep } from 'node:timers/promises';
import amqp from 'amqplib';
import { describe, expect, test } from 'vitest';
import { brokerOf, LINES, open, send } from '../live.ts';
import { fill, numbersTo, takeAll } from './backlog.ts';
import { type Change, Shop } from './queues.ts';

const BACKLOG = 100;

const CHANGE: Change = {
  from: { 'x-queue-type': 'quorum' },
  to: { 'x-queue-type': 'quorum', 'x-max-length': 1_000_000 },
};

/** Publishes by the name of the queue, with confirms and `mandatory`: what is returned is known not to be stored. */
class ByName {
  readonly stored: number[] = [];
  #next = BACKLOG;
  #goesOn = true;
  #ended: Promise<void> | undefined;

  start(url: string): void {
    this.#ended = this.#publish(url);
    this.#ended.catch(() => {});
  }

  async end(): Promise<void> {
    this.#goesOn = false;
    await this.#ended;
  }

  /** 3.10 closes the connection of a publisher (541) whose quorum queue is deleted; what was in flight is unknown then. */
  async #publish(url: string): Promise<void> {
    while (this.#goesOn) {
      const connection = await amqp.connect(url);
      connection.on('error', () => {});
      const channel = await connection.createConfirmChannel();
      let isOpen = true;
      for (const event of ['error', 'close']) channel.on(event, () => (isOpen = false));
      const returns = new Set<string>();
      channel.on('return', ({ content }) => returns.add(String(content)));
      while (this.#goesOn && isOpen) {
        const number = this.#next++;
        channel.sendToQueue('orders', Buffer.from(String(number)), { mandatory: true }, (error) => {
          if (!error && !returns.has(String(number))) this.stored.push(number);
        });
        await sleep(5);
      }
      if (isOpen) await channel.waitForConfirms().catch(() => {});
      await connection.close().catch(() => {});
    }
  }
}

/** Confirmed in the milliseconds in which the queue is deleted: no client can keep these apart, see docs/moving.md. */
const MOMENT = 10;

describe.concurrent.each(LINES)('a quorum queue of RabbitMQ %s whose publishers use its name', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker)(
    'is moved once that is permitted, with all but what comes in that moment',
    async () => {
      if (!broker) throw new Error('no broker');
      const shop = new Shop(broker, CHANGE);
      try {
        await shop.open();
        await fill(shop, BACKLOG);
        const publisher = new ByName();
        publisher.start(shop.url);
        const session = await open(line);
        const [outcome] = await send(session, [shop.calls(true)]);
        await session.close();
        await publisher.end();
        expect(outcome).toMatchObject({ status: 'done', callsDone: 7 });
        await shop.expectMoved();
        const received = new Set(await takeAll(shop));
        expect(numbersTo(BACKLOG).filter((number) => !received.has(number))).toEqual([]);
        const lost = publisher.stored.filter((number) => !received.has(number));
        expect(publisher.stored.length).toBeGreaterThan(500);
        expect(lost.length).toBeLessThanOrEqual(MOMENT);
      } finally {
        await shop.close();
      }
    },
  );
});
