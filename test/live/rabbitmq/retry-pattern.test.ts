import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/model/index.ts';
import { runTests } from '../../../src/workflow/index.ts';
import { LiveProject } from '../project.ts';
import { freshVhost, sharedBroker } from './cli-project.ts';
import { Management } from './management.ts';

/** In milliseconds: the second differs from the sum of the others, the third from both. */
const DELAYS = [400, 1200, 700];
const retries = DELAYS.map((delay) => `${delay}ms`);

interface Delivery {
  readonly after: number;
  readonly key: string;
  readonly message: ConsumeMessage;
}

/** What the work queues of patterns promise, with consumers that fail. */
for (const line of ['old', 'current'] as const) {
  const broker = sharedBroker(line);
  describe.skipIf(broker.missing)(`patterns on RabbitMQ ${broker.version}`, () => {
    const management = new Management(broker.management);
    let vhost = '';
    let project: LiveProject;
    let client: ChannelModel;
    let channel: Channel;

    beforeEach(async () => {
      vhost = freshVhost();
      project = new LiveProject({
        brokers: { main: { type: 'rabbitmq', url: broker.url, management: broker.management } },
      });
      await management.put(['vhosts', vhost], {});
      client = await amqp.connect(`${broker.url}/${vhost}`);
      channel = await client.createConfirmChannel();
      await channel.prefetch(1);
    });
    afterEach(async () => {
      await client.close();
      await management.delete('vhosts', vhost);
      project.remove();
    });

    const email = (more: JsonObject): JsonObject => ({
      kind: 'work-queue',
      vhost,
      keys: ['order.#'],
      ...more,
    });

    /** Applies patterns, and shows that a second plan is empty. */
    async function apply(patterns: JsonObject, tests: readonly JsonObject[] = []) {
      const checked = project.check({ patterns, tests });
      expect(checked.diagnostics).toEqual([]);
      const report = await project.apply(checked, await project.plan(checked));
      expect(report.steps.map(({ status }) => status)).not.toContain('failed');
      expect((await project.plan(checked)).waves).toEqual([]);
      return checked;
    }

    const publish = (exchange: string, key: string) =>
      channel.publish(exchange, key, Buffer.from('job'), { headers: { tenant: 'a' }, persistent: true });

    /** Deliveries of a queue to a consumer that deals with each, with the time since the one before. */
    async function consume(queue: string, settle: (message: ConsumeMessage, number: number) => void) {
      const found: Delivery[] = [];
      let last = Date.now();
      await channel.consume(
        queue,
        (message) => {
          if (!message) return;
          const now = Date.now();
          found.push({ after: now - last, key: message.fields.routingKey, message });
          last = now;
          settle(message, found.length);
        },
        { consumerTag: queue },
      );
      return found;
    }

    const ready = async () =>
      Object.fromEntries(
        await Promise.all(
          (await management.get('queues', vhost)).map(async ({ name }) => {
            const { messageCount } = await channel.checkQueue(String(name));
            return [String(name), messageCount] as const;
          }),
        ),
      );
    const nonEmpty = async () =>
      Object.entries(await ready()).flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []));

    /** At least as long, and within a fifth; a busy machine may add to it. */
    const expectDelay = (found: Delivery | undefined, delay: number) => {
      expect(found?.after).toBeGreaterThanOrEqual(delay * 0.98);
      expect(found?.after).toBeLessThan(delay * 1.2 + 1500);
    };

    const neighbours: JsonObject = {
      sms: { kind: 'work-queue', vhost: '', keys: ['order.#'], retries },
      copies: { kind: 'fan-out', vhost: '', subscribers: ['audit'], 'dead-letters': {} },
    };
    const withNeighbours = (own: JsonObject): JsonObject => ({
      ...Object.fromEntries(
        Object.entries(neighbours).map(([name, one]) => [name, { ...(one as JsonObject), vhost }]),
      ),
      // One that gets what is published to the same exchange, but no retry of it.
      ...{
        email: own,
        archive: { kind: 'event-stream', on: 'main', vhost, names: { stream: 'archive-log' } },
        users: { kind: 'event-store', vhost, keys: ['user.#', 'account.#'] },
        prices: { kind: 'fan-out', vhost, subscribers: ['cache', 'search'] },
      },
    });

    test('what a consumer rejects comes back after each delay, and is dead after the last', {
      timeout: 60_000,
    }, async () => {
      const checked = await apply(
        { ...withNeighbours(email({ on: 'main', retries, 'dead-letters': { keep: '1h' } })) },
        [
          {
            name: 'as the router has it',
            publish: { vhost, exchange: 'email', key: 'order.created' },
            'rejected-by': 'email',
            'ends-in': 'email.dead',
            after: { tries: 4, delay: `${DELAYS.reduce((sum, one) => sum + one, 0)}ms` },
          },
        ],
      );
      await channel.assertQueue('bystander');
      await channel.bindQueue('bystander', 'email', '#');
      const tries = await consume('email', (message) => channel.reject(message, false));
      publish('email', 'order.created');
      await expect.poll(() => ready().then((counts) => counts['email.dead']), { timeout: 20_000 }).toBe(1);

      expect(tries.map(({ key }) => key)).toEqual([
        'order.created',
        ...retries.map((_, i) => `email.retry-${i + 1}`),
      ]);
      for (const [i, delay] of DELAYS.entries()) expectDelay(tries[i + 1], delay);
      const dead = await channel.get('email.dead');
      if (!dead) throw new Error('no dead letter');
      expect(dead.content.toString()).toBe('job');
      const { headers = {} } = dead.properties;
      expect(headers.tenant).toBe('a');
      const own = (headers['x-death'] ?? []).find(({ queue }) => queue === 'email');
      expect(own).toMatchObject({ reason: 'rejected', count: 4, 'routing-keys': ['order.created'] });
      channel.nack(dead);
      // One copy went to the bystander, when it was published; nobody else got one.
      expect((await nonEmpty()).sort()).toEqual(['bystander 1', 'email.dead 1']);
      const report = await runTests(checked, { names: [] });
      expect(report.results.map(({ status }) => status)).toEqual(['passed']);
    });

    test('one that succeeds at the third try leaves nothing behind', { timeout: 60_000 }, async () => {
      await apply({ email: email({ on: 'main', retries }) });
      const tries = await consume('email', (message, number) =>
        number < 3 ? channel.nack(message, false, false) : channel.ack(message),
      );
      publish('email', 'order.created');
      await expect.poll(() => tries.length, { timeout: 20_000 }).toBe(3);
      await sleep(DELAYS.at(-1) ?? 0);
      expect(tries.length).toBe(3);
      expect(await nonEmpty()).toEqual([]);
    });

    test('a delay that is added, or declared no more, makes no second copy', {
      timeout: 60_000,
    }, async () => {
      const delays = (...all: readonly string[]) => ({ email: email({ on: 'main', retries: all }) });
      await apply(delays('100ms'));
      await apply(delays('100ms', '200ms', '300ms'));
      // Its queue is still there: a message waits in it, once.
      await apply(delays('100ms', '200ms'));
      const tries = await consume('email', (message) => channel.reject(message, false));
      publish('email', 'order.created');
      await expect.poll(() => ready().then((counts) => counts['email.dead']), { timeout: 20_000 }).toBe(1);
      expect(tries.map(({ key }) => key)).toEqual([
        'order.created',
        ...['email.retry-1', 'email.retry-2', 'email.retry-3'],
      ]);
      expect(await nonEmpty()).toEqual(['email.dead 1']);
    });

    test('without retries, a dead letter keeps its routing key', { timeout: 60_000 }, async () => {
      await apply({ email: email({ on: 'main' }) });
      await consume('email', (message) => channel.reject(message, false));
      publish('email', 'order.created');
      const letters = await consume('email.dead', (message) => channel.ack(message));
      await expect.poll(() => letters.map(({ key }) => key), { timeout: 20_000 }).toEqual(['order.created']);
    });

    // Before 4.0 a quorum queue has no delivery limit of its own, and before 4.3 no delayed retries.
    if (line === 'current') {
      test('what takes a consumer down is dead after the delivery limit, not retried', {
        timeout: 60_000,
      }, async () => {
        await apply({
          email: email({ on: 'main', retries, with: { 'queue/email': { 'delivery-limit': 2 } } }),
        });
        const tries = await consume('email', (message, number) => channel.reject(message, number > 1));
        publish('email', 'order.created');
        const letters = await consume('email.dead', (message) => channel.ack(message));
        await expect.poll(() => letters.length, { timeout: 20_000 }).toBe(1);
        // Once rejected, and twice returned after its delay: 4.3.6 counts on when a message comes back.
        expect(tries.map(({ key }) => key)).toEqual(['order.created', ...Array(2).fill('email.retry-1')]);
        expect(letters[0]?.message.properties.headers?.['x-last-death-reason']).toBe('delivery_limit');
        expect(await nonEmpty()).toEqual([]);
      });

      test('the queue itself delays what is rejected with requeue', { timeout: 60_000 }, async () => {
        await apply({ email: email({ on: 'main', retries: { min: '400ms', max: '700ms', tries: 4 } }) });
        const tries = await consume('email', (message) => channel.reject(message, true));
        publish('email', 'order.created');
        const letters = await consume('email.dead', (message) => channel.ack(message));
        await expect
          .poll(() => letters.map(({ key }) => key), { timeout: 20_000 })
          .toEqual(['order.created']);
        expect(tries.map(({ key }) => key)).toEqual(Array(4).fill('order.created'));
        for (const [i, delay] of [400, 700, 700].entries()) expectDelay(tries[i + 1], delay);
        await channel.cancel('email');
        await channel.consume('email', (message) => message && channel.reject(message, false));
        publish('email', 'order.paid');
        await expect.poll(() => letters.at(-1)?.key, { timeout: 20_000 }).toBe('order.paid');
        expect(await nonEmpty()).toEqual([]);
      });
    }
  });
}
