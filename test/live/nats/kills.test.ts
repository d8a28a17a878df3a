import { beforeEach, expect, test } from 'vitest';
import type { NatsLine } from '../../../local/nats.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { keptFiles, killAndGoOn, killsOf, momentIn, sayings, WAYS, type Watch } from '../dying.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

const ALLOW = ['--allow', 'destructive:main/stream/*'];

describeLines(
  (line) => {
    const own = ownServer(line as NatsLine, { everyTest: true });

    beforeEach(async () => {
      await reset();
      own.cli.declare(
        {
          ORDERS: { storage: 'file', subjects: ['orders.>'], consumers: { worker: {}, more: {} } },
          AUDIT: { storage: 'memory', subjects: ['audit.>'], max_msgs: 50 },
          FRESH: { storage: 'memory', subjects: ['fresh.>'], consumers: { worker: {} } },
        },
        { retired: ['main/stream/OLD'] },
      );
    });

    /** A stream that is to be replaced, with consumers of others, one that changes, and one that goes. */
    async function reset(): Promise<void> {
      for (const name of (await own.server.streams()).keys())
        await own.server.demand(`STREAM.DELETE.${name}`);
      const stream = (name: string, more: JsonObject = {}) =>
        own.server.demand(`STREAM.CREATE.${name}`, {
          ...{ name, subjects: [`${name.toLowerCase()}.>`], storage: 'memory', retention: 'limits' },
          ...more,
        });
      await Promise.all([stream('ORDERS'), stream('AUDIT', { max_msgs: 10 }), stream('OLD')]);
      for (const durable_name of ['worker', 'theirs', 'others']) {
        const config = { durable_name, ack_policy: 'explicit', deliver_policy: 'all' };
        await own.server.demand(`CONSUMER.DURABLE.CREATE.ORDERS.${durable_name}`, {
          stream_name: 'ORDERS',
          config,
        });
      }
    }

    test('at any byte, and any way on: all is declared, and no consumer of others is lost', async () => {
      const watch: Watch = { ports: [Number(URL.parse(own.nats.url)?.port)] };
      await own.cli.expectRun(0, 'plan', ...ALLOW, '--out', 'plan.json');
      const bytes = await sayings(own.cli, watch, 'apply', 'plan.json');
      const wanted = await own.server.listing();
      expect(Object.keys(wanted)).toContain('ORDERS theirs');
      const kills = killsOf(4);
      for (let i = 0; i < kills; i++) {
        const way = WAYS[i % WAYS.length] ?? 'same command';
        // What is said at the end differs from run to run.
        const count = momentIn(Math.floor(bytes * 0.85));
        await reset();
        await killAndGoOn(own.cli, watch, { way, count, allow: ALLOW });
        expect({ way, count, listing: await own.server.listing(), kept: keptFiles(own.cli) }).toEqual({
          ...{ way, count, listing: wanted, kept: [] },
        });
      }
      await own.cli.expectRun(0, 'plan', '--detailed-exitcode');
      console.log(`NATS ${line}: ${kills} kills in ${bytes} bytes`);
    }, 3_600_000);
  },
  { title: 'an apply that is killed', lines: ['current'] },
);
