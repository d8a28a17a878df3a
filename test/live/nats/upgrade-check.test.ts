import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LocalNats, startNats } from '../../../local/nats.ts';
import { isObject, type JsonObject } from '../../../src/model/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { CliFolder } from '../cli-folder.ts';
import { consumerEdges, type Edge, streamEdges } from './edge-values.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';

/** One of these many; all where BROKERFORM_RUNS is set. */
const SHARE = process.env.BROKERFORM_RUNS === undefined ? 8 : 1;

type Request = readonly [subject: string, body: JsonObject];

const stream = (name: string, body: JsonObject): Request => [`STREAM.CREATE.${name}`, { name, ...body }];
const consumer = (of: string, name: string, body: JsonObject): Request => [
  `CONSUMER.DURABLE.CREATE.${of}.${name}`,
  { stream_name: of, config: { durable_name: name, ack_policy: 'explicit', ...body } },
];

const origin = (limits?: JsonObject) =>
  stream('O', { subjects: ['o.>'], storage: 'memory', ...(limits && { consumer_limits: limits }) });

/** What only an update brings about, and what releases are known to differ in. */
const KNOWN: readonly (readonly [string, readonly Request[]])[] = [
  [
    'three replicas on one server',
    [stream('X', { subjects: ['x'] }), ['STREAM.UPDATE.X', { name: 'X', subjects: ['x'], num_replicas: 3 }]],
  ],
  [
    'a filter twice in a work queue',
    [
      stream('X', { subjects: ['x.>'], retention: 'workqueue' }),
      consumer('X', 'a', { filter_subject: 'x.a' }),
      consumer('X', 'b', { filter_subject: 'x.b' }),
      consumer('X', 'b', { filter_subject: 'x.a' }),
    ],
  ],
  ['the server’s own subjects', [stream('X', { subjects: ['$SYS.>'] })]],
  ['a source twice', [origin(), stream('X', { sources: [{ name: 'O' }, { name: 'O', opt_start_seq: 2 }] })]],
  ['a name with a dot', [stream('X', { sources: [{ name: 'a.b' }] })]],
  [
    'negative times',
    [origin(), consumer('O', 'a', { ack_wait: -5 }), consumer('O', 'b', { backoff: [-1], max_deliver: 5 })],
  ],
];

const EDGES: readonly (readonly [string, readonly Request[]])[] = [
  ...streamEdges.map(([name, body]: Edge) => [name, [origin(), stream('X', body)]] as const),
  ...consumerEdges.map(
    ([name, body, limits]: Edge) =>
      [`consumer: ${name}`, [origin(limits), consumer('O', 'c', body)]] as const,
  ),
].filter((_, i) => i % SHARE === 0);

describeLines(
  (line) => {
    const folder = new CliFolder({});
    let before: PlainServer;
    let after: PlainServer;

    // Servers of its own, as it deletes all that is on them.
    let servers: readonly LocalNats[] = [];

    beforeAll(async () => {
      servers = await Promise.all([startNats(line), startNats('current')]);
      const [old, current] = servers.map(({ url }) => url);
      folder.write('topology.yaml', {});
      folder.write('brokerform.yaml', {
        topologies: ['topology.yaml'],
        brokers: { main: { type: 'nats', servers: old ?? '' } },
      });
      before = await PlainServer.connect(old ?? '');
      after = await PlainServer.connect(current ?? '');
    });
    afterEach(async () => {
      await before.clear();
      await after.clear();
    });
    afterAll(async () => {
      await before?.close();
      await after?.close();
      for (const server of servers) await server.stop();
      folder.removeFolder();
    });

    /** Addresses with an error. */
    async function predicted(): Promise<string[]> {
      const to = after.connection.info?.version ?? '';
      const args = ['upgrade-check', '--live', '--to', to, '--format', 'json'];
      const { stdout } = await runCli(args, { cwd: folder.folder });
      const { diagnostics } = JSON.parse(stdout) as {
        diagnostics: { severity: string; address: string }[];
      };
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      return [...new Set(errors.map(({ address }) => address))].sort();
    }

    /** Addresses of what the new server refuses of all that is on the old one. */
    async function refused(): Promise<string[]> {
      const found: string[] = [];
      for (const [name, item] of await before.streams()) {
        const answer = await after.request(`STREAM.CREATE.${name}`, item.config);
        if (isObject(answer.error)) found.push(`main/stream/${name}`);
        else
          for (const [one, { config = {} }] of await before.consumers(name)) {
            const body = { stream_name: name, config };
            const { error } = await after.request(`CONSUMER.DURABLE.CREATE.${name}.${one}`, body);
            if (isObject(error)) found.push(`main/consumer/${name}/${one}`);
          }
      }
      return found.sort();
    }

    test('errors are what the newest server refuses of what this one holds', async () => {
      const wrong: unknown[] = [];
      const seen = new Set<string>();
      for (const [name, requests] of [...KNOWN, ...EDGES]) {
        await before.clear();
        await after.clear();
        for (const [subject, body] of requests) await before.request(subject, body);
        const [ours, theirs] = [await predicted(), await refused()];
        for (const address of theirs) seen.add(`${name}: ${address}`);
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push({ name, ours, theirs });
      }
      expect(wrong).toEqual([]);
      expect(seen.size).toBeGreaterThan(line === 'old' ? 6 : 2);
    }, 300_000);

    test('a stream gets the messages of each of several sources of one stream', async () => {
      const copied = async (server: PlainServer) => {
        await server.demand(...origin());
        const sources = ['o.a', 'o.b'].map((filter_subject) => ({ name: 'O', filter_subject }));
        await server.demand(...stream('X', { sources }));
        await server.demand(...stream('LAST', { sources: [{ name: 'O', filter_subject: 'o.b' }] }));
        await server.publish('o.a');
        await server.publish('o.b');
        const count = async (name: string) => {
          const item = (await server.streams()).get(name);
          return isObject(item?.state) ? Number(item.state.messages) : 0;
        };
        // Each stream gets them in its own time; for what does not come, that of another one is waited for.
        for (let i = 0; i < 250 && ((await count('LAST')) < 1 || (await count('X')) < 1); i++)
          await sleep(20);
        for (let i = 0; i < 25 && (await count('X')) < 2; i++) await sleep(20);
        return count('X');
      };
      expect(await copied(before)).toBe(line === 'old' ? 1 : 2);
      const args = ['upgrade-check', '--live', '--to', '2.15.1'];
      const { stdout } = await runCli(args, { cwd: folder.folder });
      expect(stdout.includes('nats/upgrade-repeated-source')).toBe(line === 'old');
      expect(await copied(after)).toBe(2);
    }, 30_000);
  },
  { title: 'before an upgrade to the newest', lines: ['old', 'middle'] },
);
