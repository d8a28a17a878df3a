import { setTimeout as sleep } from 'node:timers/promises';
import { headers } from '@nats-io/transport-node';
import { expect, test, vi } from 'vitest';
import { startNats } from '../../../local/nats.ts';
import { isObject, type JsonObject, parseJson } from '../../../src/model/index.ts';
import { NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';
import { Worker } from './worker.ts';

const RETRIES = ['300ms', '1s'];
/** In milliseconds, after each try; the last delay again before a message is given up. */
const DELAYS = [300, 1_000];
const TRIES = 3;
/** How late a server with much else to do may be. */
const LATE = 500;

const PATTERNS: JsonObject = {
  email: { kind: 'work-queue', retries: RETRIES, 'dead-letters': { keep: '14d' } },
  idle: { kind: 'work-queue', retries: RETRIES },
  once: { kind: 'work-queue', 'ack-wait': '500ms' },
  'order.events': { kind: 'event-stream', subscribers: ['billing', 'audit'], retries: RETRIES, keep: '7d' },
  prices: { kind: 'fan-out', subscribers: ['cache', 'search'], retries: RETRIES },
  users: { kind: 'event-store', key: 'user-id', subscribers: ['projection'] },
};

/** A server of its own for each line, as they run at once. */
interface Bench {
  readonly server: PlainServer;
  /** What must be true once more time has passed than any delay. */
  readonly later: (() => void)[];
  /** A worker that stops with the test. */
  work(...args: ConstructorParameters<typeof Worker> extends [unknown, ...infer A] ? A : never): Worker;
}

describeLines(
  (line) => {
    test('what patterns stand for does what they promise', async ({ onTestFinished }) => {
      const nats = await startNats(line);
      onTestFinished(nats.stop);
      const server = await PlainServer.connect(nats.url);
      onTestFinished(() => server.close());
      const project = new NatsProject([nats.url]);
      onTestFinished(() => project.removeFolder());
      project.write('main.topology.yaml', { patterns: PATTERNS });
      await project.expectFinished();

      const later: (() => void)[] = [];
      const bench: Bench = {
        server,
        later,
        work(...args) {
          const worker = new Worker(server, ...args);
          onTestFinished(() => worker.stop());
          return worker;
        },
      };
      await Promise.all([
        givesUpAfterItsTries(bench, 'email', 'workers', 'email'),
        givesUpAfterItsTries(bench, 'order-events', 'billing', 'order.events.paid'),
        givesUpAfterItsTries(bench, 'prices', 'cache', 'prices.eur'),
        triesOnce(bench),
        neverDeletes(bench),
      ]);
      await sleep(1.2 * Math.max(...DELAYS));
      for (const check of later) check();
      expect(await counts(server, 'idle', 'idle-dead')).toEqual([0, 0]);
      // A job is done once, an event stays, and a message of a fan-out goes when all have acknowledged it.
      expect(await counts(server, 'email', 'order-events', 'prices')).toEqual([1, 3, 1]);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });
  },
  { title: 'patterns', concurrent: true },
);

/** A worker that never manages one message, another at its second try, and all others. */
async function givesUpAfterItsTries(
  { server, later, work }: Bench,
  stream: string,
  consumer: string,
  subject: string,
) {
  const worker = work(
    `${stream}.${consumer}`,
    (text, tries) => text !== 'bad' && (text !== 'flaky' || tries > 1),
  );
  const others = (await server.consumers(stream)).keys();
  const readers = [...others].filter((name) => name !== consumer);
  const rest = readers.map((name) => work(`${stream}.${name}`, () => true));
  const given = headers();
  given.set('order', '42');
  const acknowledged = await server.connection.request(subject, 'bad', { headers: given, timeout: 5_000 });
  const sequence = Number(acknowledged.json<{ seq: number }>().seq);

  const [advisory] = await advisories(server, `${stream}-dead`, 1);
  expect(advisory).toEqual({
    subject: `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${stream}.${consumer}`,
    body: expect.objectContaining({ stream, consumer, stream_seq: sequence, deliveries: TRIES }),
  });
  const tries = worker.triesOf('bad');
  expect(tries.map((one) => [one.sequence, one.tries])).toEqual([1, 2, 3].map((n) => [sequence, n]));
  const times = await Promise.all(tries.map(({ at }) => at));
  for (const [index, delay] of DELAYS.entries()) {
    const waited = Number(times[index + 1]) - Number(times[index]);
    expect(waited, `retry ${index + 1} of ${stream}`).toBeGreaterThan(0.95 * delay);
    expect(waited, `retry ${index + 1} of ${stream}`).toBeLessThan(1.2 * delay + LATE);
  }
  const kept = await server.demand(`STREAM.MSG.GET.${stream}`, { seq: sequence });
  const { data = '', hdrs = '' } = (isObject(kept.message) ? kept.message : {}) as Record<string, string>;
  expect(Buffer.from(data, 'base64').toString()).toBe('bad');
  expect(Buffer.from(hdrs, 'base64').toString()).toContain('order: 42');

  await server.publish(subject, 'flaky');
  await server.publish(subject, 'good');
  await vi.waitFor(
    () => {
      expect(worker.triesOf('flaky').map((one) => one.tries)).toEqual([1, 2]);
      expect(worker.triesOf('good').map((one) => one.tries)).toEqual([1]);
    },
    { timeout: 10_000 },
  );
  later.push(() => {
    expect(worker.deliveries).toHaveLength(TRIES + 3);
    for (const one of rest) expect(one.deliveries.map(({ text }) => text)).toEqual(['bad', 'flaky', 'good']);
  });
  expect(await messages(server, `${stream}-dead`)).toBe(1);
}

/** Without retries, the first failure is the last. */
async function triesOnce({ server, later, work }: Bench) {
  const worker = work('once.workers', (text) => (text === 'terminated' ? 'terminate' : false));
  await server.publish('once', 'bad');
  await advisories(server, 'once-dead', 1);
  later.push(() => expect(worker.triesOf('bad')).toHaveLength(1));
  // What a worker terminates leaves a work queue: its advisory is all that is left.
  await server.publish('once', 'terminated');
  const [, terminated] = await advisories(server, 'once-dead', 2);
  expect(terminated).toEqual({
    subject: '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.once.workers',
    body: expect.objectContaining({ stream_seq: 2 }),
  });
  expect(await messages(server, 'once')).toBe(1);
}

async function neverDeletes({ server, work }: Bench) {
  const projection = work('users.projection', () => true);
  await server.publish('users.7', 'created');
  await server.publish('users.7', 'renamed');
  expect(await server.request('STREAM.MSG.DELETE.users', { seq: 1 })).toMatchObject({ error: {} });
  expect(await server.request('STREAM.PURGE.users')).toMatchObject({ error: {} });
  // Two writers that saw the same state: the second is refused.
  const expected = headers();
  expected.set('Nats-Expected-Last-Subject-Sequence', '1');
  const refused = await server.connection.request('users.7', 'conflicting', {
    headers: expected,
    timeout: 5_000,
  });
  expect(refused.json<JsonObject>()).toMatchObject({ error: { err_code: 10071 } });
  await vi.waitFor(() => expect(projection.deliveries).toHaveLength(2), { timeout: 10_000 });
  expect(await messages(server, 'users')).toBe(2);
}

/** What a stream of dead letters holds, once it holds so much. */
async function advisories(server: PlainServer, stream: string, count: number) {
  await vi.waitFor(async () => expect(await messages(server, stream)).toBe(count), {
    timeout: 20_000,
    interval: 100,
  });
  const found = Array.from({ length: count }, async (_, index) => {
    const { message } = await server.demand(`STREAM.MSG.GET.${stream}`, { seq: index + 1 });
    const { subject, data } = message as Record<string, string>;
    return { subject, body: parseJson(Buffer.from(data ?? '', 'base64').toString()) };
  });
  return Promise.all(found);
}

async function messages(server: PlainServer, stream: string): Promise<number> {
  const { state } = await server.demand(`STREAM.INFO.${stream}`);
  return Number(isObject(state) ? state.messages : Number.NaN);
}

function counts(server: PlainServer, ...streams: readonly string[]): Promise<number[]> {
  return Promise.all(streams.map((stream) => messages(server, stream)));
}
