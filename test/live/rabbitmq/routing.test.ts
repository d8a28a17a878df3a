import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { router } from '../../../src/brokers/rabbitmq/routing/answer.ts';
import type { BrokerIdentity, JsonObject } from '../../../src/model/index.ts';
import { resourcesOf, type Sketch } from '../../brokers/rabbitmq/sketch.ts';
import { runs } from '../../setup/runs.ts';
import { channelInVhost, deliveries } from './channel-in-vhost.ts';
import { freshVhost, sharedBroker } from './cli-project.ts';
import { compare, declare } from './routing/proof.ts';
import { randomVhost } from './routing/random-vhost.ts';

/** Of each random vhost; `npm run bench -- routing` compares 100,000. */
const MESSAGES = 100;

for (const line of ['old', 'current'] as const) {
  const broker = sharedBroker(line);
  describe.skipIf(broker.missing)(`routes, and RabbitMQ ${broker.version}`, () => {
    const vhost = channelInVhost(broker);

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

    async function holds(queue: string): Promise<number> {
      return (await vhost.channel.checkQueue(queue)).messageCount;
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
      await declare(vhost.channel, sketch);
      vhost.channel.sendToQueue('work', Buffer.from('x'));
      const tries = await deliveries(vhost.channel, 'work', { requeue: true, most: 10, pause: 30 });
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
      await declare(vhost.channel, sketch);
      const start = Date.now();
      vhost.channel.sendToQueue('first', Buffer.from('x'), { expiration: '80' });
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
      await declare(vhost.channel, sketch);
      vhost.channel.sendToQueue('work', Buffer.from('x'));
      await expect
        .poll(async () => {
          const message = await vhost.channel.get('work');
          if (message) vhost.channel.nack(message, false, false);
          return message !== false;
        })
        .toBe(true);
      const asked = { publish: { exchange: '', key: 'work' }, 'rejected-by': 'work', 'ends-in': 'work' };
      expect(failures(sketch, asked)).toEqual([]);
      // The broker counts it, and tries again.
      const kept = () =>
        vhost.management.request('GET', ['queues', vhost.name, 'work']) as Promise<JsonObject>;
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
      await declare(vhost.channel, sketch);
      for (let i = 0; i < 30; i++) vhost.channel.publish('shards', `key ${i}`, Buffer.from('x'));
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
