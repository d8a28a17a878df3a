import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { type NatsLine, type NatsOptions, startNats } from '../../../local/nats.ts';
import { ask } from '../../../src/brokers/nats/routing/router.ts';
import { summarize } from '../../../src/brokers/nats/routing/summary.ts';
import type { JsonObject, RoutedTopology as RoutedResources } from '../../../src/model/index.ts';
import { withSession } from '../../brokers/nats-session/open.ts';
import { NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';
import { type RoutedMessage, routedMessages, routedTopologies } from './routed-topologies.ts';
import { liveTopology, make } from './routing-trial.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server of its own: other tests clear the shared one, or give it streams that would be in the way. */
async function start(line: NatsLine, options: NatsOptions = {}, login: object = {}) {
  const nats = await startNats(line, options);
  const server = await PlainServer.connect(nats.url, login);
  ends.push(nats.stop, () => server.close());
  return { url: nats.url, server };
}

function projectOf(...servers: readonly string[]): NatsProject {
  const project = new NatsProject(servers);
  ends.push(() => project.removeFolder());
  return project;
}

function write(project: NatsProject, section: object, ...tests: readonly object[]): void {
  const named = tests.map((one, i) => {
    const { publish, ...rest } = one as { publish: string | object };
    const message = typeof publish === 'string' ? { subject: publish } : publish;
    return { name: `t${i}`, publish: message, ...rest };
  });
  project.write('main.topology.yaml', { nats: section, tests: named });
}

/** The streams of copies, by name. */
async function copies(server: PlainServer): Promise<string[]> {
  const { streams } = await server.request('STREAM.NAMES', {});
  return [streams ?? []]
    .flat()
    .flatMap((name) => (/^brokerform-test-/.test(String(name)) ? [String(name)] : []));
}

/** With limits that must not matter in a test. */
const STREAMS: Record<string, JsonObject> = {
  ORDERS: {
    ...{ subjects: ['orders.>'], max_age: '1s', max_msgs: 1, num_replicas: 3, no_ack: true },
    republish: { src: 'orders.audit.>', dest: 'audit.>' },
    consumers: {
      worker: { filter_subject: 'orders.*.paid', max_deliver: 3, ack_wait: '1s' },
      pushed: { deliver_subject: 'pushed.orders', filter_subject: 'orders.eu.>' },
      shared: { deliver_subject: 'shared.orders', deliver_group: 'workers', ack_policy: 'none' },
      late: { deliver_policy: 'new' },
    },
  },
  COPY: { mirror: { name: 'ORDERS', filter_subject: 'orders.eu.*' }, max_age: '1h' },
  ALL: { sources: [{ name: 'COPY' }, { name: 'AUDIT' }], consumers: { reader: {} } },
  AUDIT: {
    subjects: ['audit.>'],
    retention: 'interest',
    consumers: { auditor: { filter_subject: 'audit.x' } },
  },
  PUSHED: { subjects: ['pushed.orders'] },
  JOBS: {
    subjects: ['jobs.>'],
    retention: 'workqueue',
    consumers: { mailer: { filter_subject: 'jobs.mail' } },
  },
  ROLLED: { subjects: ['rolled.>'], allow_rollup_hdrs: true },
  GIVEN_UP: { subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>'] },
};

const SECTION = { streams: STREAMS, 'key-value': { settings: { history: 1 } } };

/** A test that expects what the router says; none where chance decides. */
function expectationsOf({ subject, headers }: RoutedMessage, topology: RoutedResources): JsonObject[] {
  const publish = { subject, headers };
  const found = summarize(ask({ publish }, topology).flow);
  if (found.perhapsStored.size + found.perhapsDelivered.size > 0) return [];
  const known = [...found.subjects].flatMap(([stream, own]) => {
    const subjects = [...own].flatMap((one) => one ?? []);
    return subjects.length === own.size ? [[stream, subjects]] : [];
  });
  const names = { 'stored-in': [...found.stored], 'delivered-to': [...found.delivered] };
  return [{ publish, ...names, ...(known.length > 0 && { as: Object.fromEntries(known) }) }];
}

describeLines(
  (line) => {
    test('the server does what the tests expect, and nothing is left of them', async () => {
      const { url, server } = await start(line);
      const project = projectOf(url);
      write(
        project,
        SECTION,
        {
          publish: 'orders.eu.paid',
          'stored-in': ['ORDERS', 'COPY', 'ALL', 'PUSHED'],
          'delivered-to': ['ORDERS/worker', 'ORDERS/pushed', 'ORDERS/shared', 'ORDERS/late', 'ALL/reader'],
          as: { ALL: 'orders.eu.paid', PUSHED: 'orders.eu.paid' },
        },
        {
          publish: 'orders.us.paid',
          'stored-in': 'ORDERS',
          includes: 'ORDERS/worker',
          never: 'ORDERS/pushed',
        },
        {
          publish: 'orders.audit.x',
          'stored-in': ['ORDERS', 'AUDIT', 'ALL'],
          as: { AUDIT: 'audit.x', ALL: 'audit.x' },
        },
        // Interest of the source alone: it is passed on, and deleted.
        { publish: 'audit.else', 'stored-in': 'ALL', 'delivered-to': 'ALL/reader' },
        { publish: 'jobs.mail', 'stored-in': 'JOBS', 'delivered-to': 'JOBS/mailer' },
        { publish: 'jobs.other', 'stored-in': 'JOBS', 'delivered-to': [] },
        { publish: '$KV.settings.a', 'stored-in': 'KV_settings' },
        { publish: { subject: 'rolled.a', headers: { 'Nats-Rollup': 'all' } }, 'stored-in': 'ROLLED' },
        {
          publish: { subject: 'rolled.a', headers: { 'Nats-Expected-Stream': 'ROLLED' } },
          'stored-in': 'ROLLED',
        },
        { publish: { subject: 'rolled.a', headers: { 'Nats-Expected-Stream': 'ORDERS' } }, 'stored-in': [] },
        {
          publish: { subject: 'jobs.mail', headers: { 'Nats-Rollup': 'sub' } },
          'stored-in': [],
          'delivered-to': [],
        },
        { publish: 'else', 'stored-in': [] },
        { publish: '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.A.b', 'stored-in': 'GIVEN_UP' },
      );
      const { code, stdout, stderr } = await project.run('test', '--live');
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '13 tests: 13 passed\n', stderr: '' });
      expect([...(await server.streams()).keys()]).toEqual([]);
    });

    test('what the server does otherwise fails a test, with the declared way', async () => {
      const project = projectOf((await start(line)).url);
      write(
        project,
        SECTION,
        { publish: 'orders.us.paid', 'stored-in': ['ORDERS', 'COPY'], 'delivered-to': 'ORDERS/worker' },
        { publish: 'ordr.us.paid', includes: 'ORDERS' },
        { publish: { subject: 'jobs.mail', headers: { 'Nats-Rollup': 'sub' } }, includes: 'JOBS' },
        { publish: 'orders.eu.paid', as: { ALL: 'orders.eu' }, never: ['COPY', 'ORDER'] },
        { publish: 'orders.*', 'stored-in': 'ORDERS' },
      );
      const { stdout } = await project.expectRun(3, 'test', '--live');
      expect(stdout).toContain('stored-in: expected streams COPY, ORDERS; got stream ORDERS');
      expect(stdout).toContain(
        'delivered-to: expected consumer ORDERS/worker; got consumers ORDERS/late, ORDERS/shared, ORDERS/worker',
      );
      expect(stdout).toContain('the nearest subject is orders.> of stream ORDERS');
      expect(stdout).toMatch(/hint: JOBS refuses the message: .*rollup/);
      expect(stdout).toContain('as: ALL: expected orders.eu; got orders.eu.paid');
      expect(stdout).toContain('never: stream ORDER is not declared');
      expect(stdout).toContain('has a wildcard');
      expect(stdout).toMatch(/mirror of orders\.eu\.\*/);
    });

    test('a run that is interrupted leaves nothing; what a killed one left is removed later', async () => {
      const { url, server } = await start(line);
      const named = (age: number) => `brokerform-test-${(Date.now() - age).toString(36)}-0123abcd-0`;
      const [old, recent] = [named(7_200_000), named(60_000)];
      for (const name of [old, recent]) {
        await server.demand(`STREAM.CREATE.${name}`, { name, subjects: [`brokerform_test.${name}.>`] });
      }
      const project = projectOf(url);
      // The server never does what is expected, so that the run waits.
      write(project, SECTION, { publish: 'orders.eu.paid', 'stored-in': 'JOBS' });
      const run = project.start('test', '--live');
      let seen: string[] = [];
      const made = async () => {
        seen = (await copies(server)).filter((name) => name !== old && name !== recent);
        return seen.length;
      };
      await expect.poll(made, { timeout: 20_000, interval: 10 }).toBeGreaterThan(0);
      run.kill('SIGINT');
      const { code, stderr } = await run.ended;
      expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted by SIGINT')]);
      const left = await copies(server);
      expect([old, ...seen].filter((name) => left.includes(name))).toEqual([]);
      expect(left).toContain(recent);
    });

    test('a copy routes as the original, whatever its transforms', async () => {
      const { url, server } = await start(line);
      for (const [i, generated] of fc.sample(routedTopologies(line), { numRuns: 2, seed: 77 }).entries()) {
        await make(server, generated);
        const messages = fc.sample(routedMessages(line, generated), { numRuns: 60, seed: i });
        await withSession({ servers: [url] }, async (session) => {
          const topology = { ...(await liveTopology(url)), live: false };
          await server.clear();
          const tests = messages.flatMap((message) => expectationsOf(message, topology));
          const { signal } = new AbortController();
          const answers = (await session.runTests?.({ resources: topology.resources, tests, signal })) ?? [];
          const wrong = answers.flatMap((answer, j) => {
            const failures = 'skipped' in answer ? [] : answer.verdicts.filter(({ failure }) => failure);
            return failures.length > 0 ? [{ test: tests[j], failures }] : [];
          });
          expect(wrong, JSON.stringify(generated, null, 1)).toEqual([]);
          expect(answers.filter((answer) => 'verdicts' in answer).length).toBeGreaterThan(20);
        });
        expect([...(await server.streams()).keys()]).toEqual([]);
      }
    });
  },
  { title: 'tests' },
);

describeLines(
  (line) => {
    test('what cannot be tried in a copy is skipped, with the reason', async () => {
      const project = projectOf((await start(line)).url);
      const streams = {
        A: { subjects: ['a.>'], republish: { src: 'a.>', dest: 'b.>' } },
        B: { subjects: ['b.>'], republish: { src: 'b.>', dest: 'a.>' } },
        C: { subjects: ['c'] },
      };
      write(
        project,
        { streams },
        { publish: 'a.x', includes: 'B' },
        {
          publish: { subject: 'c', headers: { 'Nats-Schedule': '@at 2030-01-01T00:00:00Z' } },
          includes: 'C',
        },
      );
      const { stdout } = await project.expectRun(0, 'test', '--live');
      expect(stdout).toContain('the message would be stored without end');
      expect(stdout).toContain('a scheduled message later');
    });

    test('a missing right, a limit and a stream that would take the messages are told, and nothing is left', async () => {
      const verbs = ['INFO', 'STREAM.CREATE.*', 'STREAM.INFO.*', 'STREAM.DELETE.*', 'CONSUMER.CREATE.>'];
      const more = ['STREAM.NAMES', 'STREAM.MSG.GET.*', 'CONSUMER.MSG.NEXT.>'];
      const requests = [...verbs, ...more].map((verb) => `$JS.API.${verb}`);
      const few = {
        allowPublish: ['brokerform_test.>', '$JS.ACK.>', ...requests],
        allowSubscribe: ['brokerform_test.>', '_INBOX.>'],
      };
      const users = { all: {}, few, some: { denyPublish: ['brokerform_test.>'] } };
      const login = { user: 'all', pass: 'all' };
      const { url, server } = await start(line, { auth: 'password', users, limits: { streams: 1 } }, login);
      const project = projectOf(url);
      const streams = { S: { subjects: ['s'], consumers: { pull: {}, push: { deliver_subject: 'out' } } } };
      const delivered = { 'delivered-to': ['S/pull', 'S/push'] };
      write(project, { streams }, { publish: 's', 'stored-in': 'S', ...delivered });
      project.configure({ username: 'some', password: 'some' });
      const denied = await project.expectRun(1, 'test', '--live');
      expect(denied.stderr).toContain('may not publish to and subscribe to brokerform_test.>');

      project.configure({ username: 'few', password: 'few' });
      await project.expectRun(0, 'test', '--live');

      // Servers let two that come at once pass a limit of one.
      const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`T${i}`, {}]));
      write(project, { streams: { ...streams, ...many } }, { publish: 's', 'stored-in': 'S' });
      const full = await project.expectRun(1, 'test', '--live');
      expect(full.stderr).toMatch(/stream (?:S|T\d+) cannot be copied: maximum number of streams reached/);
      expect([...(await server.streams()).keys()]).toEqual([]);

      await server.demand('STREAM.CREATE.EVERYTHING', { name: 'EVERYTHING', subjects: ['>'], no_ack: true });
      const taken = await project.expectRun(1, 'test', '--live');
      expect(taken.stderr).toContain('stream EVERYTHING would store the messages of tests');
      expect([...(await server.streams()).keys()]).toEqual(['EVERYTHING']);
    });
  },
  { title: 'what is missing', lines: ['current'] },
);
