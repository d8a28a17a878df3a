import { setTimeout as sleep } from 'node:timers/promises';
import { createInbox, headers } from '@nats-io/transport-node';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { router } from '../../../src/brokers/nats/routing/router.ts';
import { isObject } from '../../../src/model/index.ts';
import { hops, notes } from '../../brokers/nats/routing/sketch.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';
import { routedMessages, routedTopologies } from './routed-topologies.ts';
import { liveTopology, routingTrial } from './routing-trial.ts';

/** On each random topology; `npm run bench -- routing-nats` compares 100,000. */
const MESSAGES = 100;

describeLines(
  (line) => {
    const own = ownServer(line, { everyTest: true });

    async function holds(stream: string): Promise<number> {
      const found = (await own.server.streams()).get(stream)?.state;
      return isObject(found) ? Number(found.messages) : Number.NaN;
    }

    async function routeLive(subject: string, sent: Readonly<Record<string, string>> = {}) {
      return router.route({ publish: { subject, headers: sent } }, await liveTopology(own.nats.url));
    }

    test('the router says where each message comes to rest, and who receives it', async () => {
      for (const [i, topology] of fc.sample(routedTopologies(line), { numRuns: 3, seed: 1 }).entries()) {
        const messages = fc.sample(routedMessages(line, topology), { numRuns: MESSAGES, seed: i });
        const trial = await routingTrial(own.server, own.nats.url, topology, messages);
        expect(trial.disagreements, JSON.stringify(topology, null, 1)).toEqual([]);
        expect(trial.places).toBeGreaterThan(0);
      }
    });

    test('what a consumer gives up stays in its stream, and a stream stores the advisory', async () => {
      await own.server.demand('STREAM.CREATE.ORDERS', { name: 'ORDERS', subjects: ['orders.>'] });
      const advisories = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>';
      await own.server.demand('STREAM.CREATE.GIVEN_UP', { name: 'GIVEN_UP', subjects: [advisories] });
      const config = { durable_name: 'c', ack_policy: 'explicit', ack_wait: 100_000_000, max_deliver: 2 };
      await own.server.demand('CONSUMER.DURABLE.CREATE.ORDERS.c', { stream_name: 'ORDERS', config });
      const route = await routeLive('orders.1');
      expect(hops(route)).toContain('ORDERS/c -[given up: advisory]-> GIVEN_UP');
      expect(route.result).toBe('stored in stream ORDERS; delivered to consumer ORDERS/c');

      await own.server.publish('orders.1');
      let delivered = 0;
      const inbox = createInbox();
      own.server.connection.subscribe(inbox, {
        // What is not a message has a status. Not every request is answered.
        callback: (_, { headers: sent }) => {
          if (!sent?.code) delivered++;
        },
      });
      const pull = () => {
        const next = '{"batch":1,"expires":200000000}';
        own.server.connection.publish('$JS.API.CONSUMER.MSG.NEXT.ORDERS.c', next, { reply: inbox });
      };
      const advisoriesAfterPull = () => {
        pull();
        return holds('GIVEN_UP');
      };
      await expect.poll(advisoriesAfterPull, { timeout: 10_000 }).toBe(1);
      pull();
      await sleep(300);
      expect(delivered).toBe(2);
      expect(await holds('ORDERS')).toBe(1);
    });

    test('a stream that has interest of copies alone deletes what they have', async () => {
      const passing = { subjects: ['in.>'], retention: 'interest' };
      await own.server.demand('STREAM.CREATE.IN', { name: 'IN', ...passing });
      await own.server.demand('STREAM.CREATE.OUT', { name: 'OUT', sources: [{ name: 'IN' }] });
      expect((await routeLive('in.1')).result).toBe('stored in stream OUT; delivered to no consumer');
      await expect
        .poll(async () => {
          await own.server.publish('in.1');
          return holds('OUT');
        })
        .toBeGreaterThan(0);
      await expect.poll(() => holds('IN'), { timeout: 20_000 }).toBe(0);
    });

    test('mirrors of older servers lose a message that names its stream', async () => {
      await own.server.demand('STREAM.CREATE.A', { name: 'A', subjects: ['a'] });
      await own.server.demand('STREAM.CREATE.M', { name: 'M', mirror: { name: 'A' } });
      await own.server.publish('a');
      await expect.poll(() => holds('M')).toBe(1);
      const sent = headers();
      sent.append('Nats-Expected-Stream', 'A');
      await own.server.connection.request('a', '', { headers: sent, timeout: 5000 });
      await own.server.publish('a');
      expect(await holds('A')).toBe(3);
      const route = await routeLive('a', { 'Nats-Expected-Stream': 'A' });
      if (line === 'current') {
        expect(notes(route)).toEqual([]);
        await expect.poll(() => holds('M')).toBe(3);
      } else {
        expect(notes(route).join()).toContain('on this server a mirror loses such a message, or stops at it');
        await sleep(500);
        expect(await holds('M')).toBeLessThan(3);
      }
    });
  },
  { title: 'routing' },
);
