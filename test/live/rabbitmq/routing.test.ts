import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { router } from '../../../src/brokers/rabbitmq/routing/index.ts';
import type { BrokerIdentity, JsonObject } from '../../../src/model/index.ts';
import { resourcesOf, type Sketch } from '../../brokers/rabbitmq/sketch.ts';
import { runs } from '../../setup/runs.ts';
import { freshVhost, sharedBroker } from './cli-project.ts';
import { Management } from './management.ts';
import { compare, declare } from './routing/proof.ts';
import { randomVhost } from './routing/random-vhost.ts';

/** Of each random vhost; `npm run bench -- routing` compares 100,000. */
const MESSAGES = 100;

for (const line of ['old', 'current'] as const) {
  const broker = sharedBroker(line);
  describe.skipIf(broker.missing)(`routes, and RabbitMQ ${broker.version}`, () => {
    const management = new Management(broker.management);
    let vhost: string;
    let client: ChannelModel;
    let channel: Channel;

    beforeEach(async () => {
      vhost = freshVhost();
      await management.put(['vhosts', vhost], {});
      client = await amqp.connect(`${broker.url}/${vhost}`);
      channel = await client.createChannel();
    });
    afterEach(async () => {
      await client.close();
      await management.delete('vhosts', vhost);
    });

    test('each message ends in the queues that the router names, through any exchanges and dead letters', async () => {
      await fc.assert(
        fc.asyncProperty(randomVhost(MESSAGES), async (random) => {
          const { disagreements, compared } = await compare(broker, freshVhost(), random);
          expect(disagreements).toEqual([]);
          expect(compared).toBeGreaterThan(0);
        }),
        { numRuns: runs(4), endOnFailure: true },
      );
    });

    /** The expectations that do not hold, by the router. */
    function failures(sketch: Sketch, asked: JsonObject): string[] {
      const identity: BrokerIdentity = {
        name: 'main',
        type: 'rabbitmq',
        id: 'x',
        version: broker.version,
        facts: {},
      };
      const topology = { broker: identity, resources: resourcesOf(sketch), live: true };
      return router
        .judge(asked, topology)
        .verdicts.flatMap(({ key, failure }) => (failure ? [`${key}: ${failure}`] : []));
    }

    /** How often the queue's message is delivered, where each delivery is returned to it. */
    async function deliveries(queue: string): Promise<number> {
      let count = 0;
      for (let misses = 0; misses < 10; ) {
        const message = await channel.get(queue);
        if (message) {
          count++;
          misses = 0;
          // 4.3 does not count a basic.nack that requeues.
          channel.reject(message, true);
        } else {
          misses++;
          await sleep(30);
        }
      }
      return count;
    }

    async function holds(queue: string): Promise<number> {
      return (await channel.checkQueue(queue)).messageCount;
    }

    test('what is returned leaves a quorum queue after its delivery limit', async () => {
      const sketch = {
        queues: {
          work: {
            type: 'quorum',
            arguments: {
              'x-queue-type': 'quorum',
              'x-delivery-limit': 2,
              'x-dead-letter-exchange': '',
              'x-dead-letter-routing-key': 'rest',
            },
          },
          rest: {},
        },
      };
      await declare(channel, sketch);
      channel.sendToQueue('work', Buffer.from('x'));
      const tries = await deliveries('work');
      await expect.poll(() => holds('rest')).toBe(1);
      const asked = { publish: { exchange: '', key: 'work' }, 'returned-by': 'work', 'ends-in': 'rest' };
      expect(failures(sketch, { ...asked, after: { tries, delay: 0 } })).toEqual([]);
      expect(failures(sketch, { ...asked, after: { tries: tries + 1 } })).toEqual([
        `after: expected ${tries + 1} tries; got ${tries} tries (rest)`,
      ]);
    });

    test('a message waits for the shorter of its expiration and the TTL, and then for that of the next queue', async () => {
      const to = (queue: string) => ({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue });
      const sketch = {
        queues: {
          first: { arguments: { 'x-message-ttl': 60_000, ...to('second') } },
          second: { arguments: { 'x-message-ttl': 120, ...to('rest') } },
          rest: {},
        },
      };
      await declare(channel, sketch);
      const start = Date.now();
      channel.sendToQueue('first', Buffer.from('x'), { expiration: '80' });
      await expect.poll(() => holds('rest'), { interval: 10, timeout: 10_000 }).toBe(1);
      expect(Date.now() - start).toBeGreaterThanOrEqual(200);
      const publish = { exchange: '', key: 'first', expiration: 80 };
      expect(failures(sketch, { publish, 'ends-in': ['rest'], after: { delay: '200ms' } })).toEqual([]);
    });

    test('at-least-once keeps what its dead-letter exchange cannot route', async () => {
      const sketch = {
        exchanges: { letters: { type: 'fanout' } },
        queues: {
          work: {
            type: 'quorum',
            arguments: {
              'x-queue-type': 'quorum',
              'x-dead-letter-exchange': 'letters',
              'x-dead-letter-strategy': 'at-least-once',
              'x-overflow': 'reject-publish',
            },
          },
        },
      };
      await declare(channel, sketch);
      channel.sendToQueue('work', Buffer.from('x'));
      await expect
        .poll(async () => {
          const message = await channel.get('work');
          if (message) channel.nack(message, false, false);
          return message !== false;
        })
        .toBe(true);
      const asked = { publish: { exchange: '', key: 'work' }, 'rejected-by': 'work', 'ends-in': 'work' };
      expect(failures(sketch, asked)).toEqual([]);
      // The broker counts it, and tries again.
      const kept = () => management.request('GET', ['queues', vhost, 'work']) as Promise<JsonObject>;
      await expect.poll(async () => (await kept()).messages_dlx, { timeout: 30_000 }).toBe(1);
    });

    // The type is not there before 4.0 without a plug-in.
    const hashed = line === 'old' ? () => {} : test;
    hashed('an exchange that chooses by hash gives each message to one of its queues', async () => {
      const sketch = {
        exchanges: { shards: { type: 'x-modulus-hash' } },
        queues: { s1: {}, s2: {}, s3: {} },
        bindings: [
          ['shards', 's1'],
          ['shards', 's2'],
          ['shards', 's3'],
        ] as const,
      };
      await declare(channel, sketch);
      for (let i = 0; i < 30; i++) channel.publish('shards', `key ${i}`, Buffer.from('x'));
      const total = async () =>
        (await Promise.all(['s1', 's2', 's3'].map(holds))).reduce((sum, one) => sum + one, 0);
      await expect.poll(total).toBe(30);
      const publish = { exchange: 'shards', key: 'key 1' };
      expect(failures(sketch, { publish, 'includes-one-of': ['s1', 's2', 's3'] })).toEqual([]);
      expect(failures(sketch, { publish, 'includes-one-of': ['s1', 's2'] })).toEqual([
        'includes-one-of: expected at least one of s1, s2; got no queue',
      ]);
      expect(failures(sketch, { publish, reaches: ['s1'] })).toEqual([
        'reaches: cannot be told: exchange shards gives it to one of s1, s2, s3, by hash of the routing key',
      ]);
    });
  });
}
