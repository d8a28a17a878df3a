import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, startNats } from '../../../local/nats.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { keptFiles, killAndGoOn, killsOf, momentIn, sayings, WAYS, type Watch } from '../dying.ts';
import { NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';

const ALLOW = ['--allow', 'destructive:main/stream/*'];

describeLines(
  (line) => {
    let nats: LocalNats;
    let server: PlainServer;
    let project: NatsProject;

    beforeEach(async () => {
      nats = await startNats(line as NatsLine);
      server = await PlainServer.connect(nats.url);
      project = new NatsProject([nats.url]);
      await reset();
      project.declare(
        {
          ORDERS: { storage: 'file', subjects: ['orders.>'], consumers: { worker: {}, more: {} } },
          AUDIT: { storage: 'memory', subjects: ['audit.>'], max_msgs: 50 },
          FRESH: { storage: 'memory', subjects: ['fresh.>'], consumers: { worker: {} } },
        },
        { retired: ['main/stream/OLD'] },
      );
    });
    afterEach(async () => {
      await server?.close();
      project?.removeFolder();
      await nats?.stop();
    });

    /** A stream that is to be replaced, with consumers of others, one that changes, and one that goes. */
    async function reset(): Promise<void> {
      for (const name of (await server.streams()).keys()) await server.demand(`STREAM.DELETE.${name}`);
      const stream = (name: string, more: JsonObject = {}) =>
        server.demand(`STREAM.CREATE.${name}`, {
          ...{ name, subjects: [`${name.toLowerCase()}.>`], storage: 'memory', retention: 'limits' },
          ...more,
        });
      await Promise.all([stream('ORDERS'), stream('AUDIT', { max_msgs: 10 }), stream('OLD')]);
      for (const durable_name of ['worker', 'theirs', 'others']) {
        const config = { durable_name, ack_policy: 'explicit', deliver_policy: 'all' };
        await server.demand(`CONSUMER.DURABLE.CREATE.ORDERS.${durable_name}`, {
          stream_name: 'ORDERS',
          config,
        });
      }
    }

    test('at any byte, and any way on: all is declared, and no consumer of others is lost', async () => {
      const watch: Watch = { ports: [Number(URL.parse(nats.url)?.port)] };
      await project.expectRun(0, 'plan', ...ALLOW, '--out', 'plan.json');
      const bytes = await sayings(project, watch, 'apply', 'plan.json');
      const wanted = await server.listing();
      expect(Object.keys(wanted)).toContain('ORDERS theirs');
      const kills = killsOf(4);
      for (let i = 0; i < kills; i++) {
        const way = WAYS[i % WAYS.length] ?? 'same command';
        // What is said at the end differs from run to run.
        const count = momentIn(Math.floor(bytes * 0.85));
        await reset();
        await killAndGoOn(project, watch, { way, count, allow: ALLOW });
        expect({ way, count, listing: await server.listing(), kept: keptFiles(project) }).toEqual({
          ...{ way, count, listing: wanted, kept: [] },
        });
      }
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      console.log(`NATS ${line}: ${kills} kills in ${bytes} bytes`);
    }, 3_600_000);
  },
  { title: 'an apply that is killed', lines: ['current'] },
);
