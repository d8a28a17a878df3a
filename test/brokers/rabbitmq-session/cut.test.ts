import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import { ConnectionError } from '../../../src/model/index.ts';
import { brokerOf, calls, freshVhost, LINES, open, readAll, send, statuses } from './live.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

/** A request that waits for its timeout fails the test. Milliseconds. */
const LONGER_THAN_A_TEST = 600_000;

type Opened = Awaited<ReturnType<typeof open>>;

describe.each(LINES)('a connection to RabbitMQ %s that is cut', (line) => {
  const broker = brokerOf(line);
  const vhost = freshVhost();
  const proxies: TcpProxy[] = [];
  const sessions: Opened[] = [];
  let direct: Opened;

  beforeAll(async () => {
    if (!broker) return;
    direct = await open(line);
    await send(direct, [[calls.put(['vhosts', vhost])]]);
  });
  afterAll(async () => {
    if (!broker) return;
    await send(direct, [[calls.delete('vhosts', vhost)]]);
    await direct.close();
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  /** A session whose AMQP and HTTP go through a proxy each. */
  async function openThrough(timeout = 10_000) {
    const amqp = await startProxy(broker?.url ?? '');
    const http = await startProxy(broker?.management ?? '');
    proxies.push(amqp, http);
    const session = await connect({
      name: 'main',
      type: 'rabbitmq',
      settings: { url: `amqp://127.0.0.1:${amqp.port}`, management: `http://127.0.0.1:${http.port}` },
      resolve: (text) => text,
      timeout,
    });
    sessions.push(session);
    return { session, amqp, http };
  }

  const queues = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => [
      calls.queue(vhost, `${prefix}-${i}`),
      calls.bind(vhost, 'amq.topic', `${prefix}-${i}`, 'k'),
    ]);

  async function made(prefix: string): Promise<number> {
    const live = await readAll(direct, `main/binding/${vhost}/**`);
    return [...live.keys()].filter(
      (address) => address.includes(`/queue/${prefix}-`) && address.includes('/binding/'),
    ).length;
  }

  test.skipIf(!broker)('AMQP in the middle of sending: reconnects, and everything is done', async () => {
    const { session, amqp } = await openThrough();
    let seen = 0;
    const outcomes = await send(session, queues('amqp', 300), {
      onOutcome: () => {
        if (++seen % 100 === 0) amqp.cut();
      },
    });
    expect(statuses(outcomes)).toEqual({ done: 300 });
    expect(await made('amqp')).toBe(300);
    expect(amqp.connections()).toBeGreaterThan(1);
  });

  test.skipIf(!broker)('AMQP for good: the rest goes by HTTP', async () => {
    const { session, amqp } = await openThrough();
    let seen = 0;
    const outcomes = await send(session, queues('by-http', 100), {
      onOutcome: () => ++seen === 20 && amqp.cut(true),
    });
    expect(statuses(outcomes)).toEqual({ done: 100 });
    expect(await made('by-http')).toBe(100);
  });

  test.skipIf(!broker)('HTTP in the middle of sending: tried again, and everything is done', async () => {
    const { session, http } = await openThrough();
    const units = Array.from({ length: 200 }, (_, i) => [
      calls.put(['queues', vhost, `http-${i}`], { durable: true }),
    ]);
    let seen = 0;
    const outcomes = await send(session, units, {
      onOutcome: () => {
        if (++seen % 50 === 0) http.cut();
      },
    });
    expect(statuses(outcomes)).toEqual({ done: 200 });
  });

  test.skipIf(!broker)('everything for a while: waits, and everything is done', async () => {
    const { session, amqp, http } = await openThrough();
    let seen = 0;
    const outcomes = await send(session, queues('while', 100), {
      onOutcome: () => {
        if (++seen !== 20) return;
        amqp.cut(true);
        http.cut(true);
        setTimeout(() => [amqp, http].map((proxy) => proxy.mend()), 3000);
      },
    });
    expect(statuses(outcomes)).toEqual({ done: 100 });
    expect(await made('while')).toBe(100);
  });

  test.skipIf(!broker)('while waiting, a signal ends it: each unit is told as what it is', async () => {
    const { session, amqp, http } = await openThrough();
    const drain = new AbortController();
    let seen = 0;
    const outcomes = await send(session, queues('gone', 300), {
      drain: drain.signal,
      onOutcome: () => {
        if (++seen !== 20) return;
        amqp.cut(true);
        http.cut(true);
        setTimeout(() => drain.abort(), 1000);
      },
    });
    const counts = statuses(outcomes);
    expect(outcomes).toHaveLength(300);
    expect(counts.unknown).toBeGreaterThan(0);
    expect(counts.unknown).toBeLessThanOrEqual(32);
    expect(counts['not-started']).toBeGreaterThan(200);
    const unknown = outcomes.find((outcome) => outcome.status === 'unknown');
    expect(unknown?.failure?.message).toMatch(/was lost|nothing listens/);
    // A run again finishes the rest.
    expect(statuses(await send(direct, queues('gone', 300)))).toEqual({ done: 300 });
  });

  test.skipIf(!broker)('answers that never come are unknown once aborted, at once', async () => {
    const { session, amqp } = await openThrough(LONGER_THAN_A_TEST);
    expect(statuses(await send(session, queues('before', 5)))).toEqual({ done: 5 });
    amqp.mute();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 500);
    const outcomes = await send(session, queues('mute', 40), { abort: abort.signal });
    expect(statuses(outcomes)).toEqual({ unknown: 32, 'not-started': 8 });
  });

  test.skipIf(!broker)('while reading: tried again, or an error that says so', async () => {
    const { session, http } = await openThrough();
    http.cut();
    expect(
      (await session.read({ desired: [], retired: [], owns: [`main/exchange/${vhost}/*`] })).length,
    ).toBeGreaterThan(0);
    http.cut(true);
    const reading = session.read({ desired: [], retired: [], owns: [`main/exchange/${vhost}/*`] });
    await expect(reading).rejects.toBeInstanceOf(ConnectionError);
    await expect(reading).rejects.toThrow(/connection to 127.0.0.1:\d+ was lost/);
  });

  test.skipIf(!broker)('before it is there: a ConnectionError that waiting may help', async () => {
    const proxy = await startProxy('tcp://127.0.0.1:1');
    proxies.push(proxy);
    const settings = { management: `http://127.0.0.1:${proxy.port}` };
    const error = await connect({
      name: 'main',
      type: 'rabbitmq',
      settings,
      resolve: (text) => text,
      timeout: 2000,
    }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.transient).toBe(true);
  });
});
