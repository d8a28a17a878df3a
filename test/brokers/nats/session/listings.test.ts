import { expect, test } from 'vitest';
import type { NatsCall } from '../../../../src/brokers/nats/kinds/index.ts';
import { JetStreamApi } from '../../../../src/brokers/nats/session/api.ts';
import { executeCall } from '../../../../src/brokers/nats/session/executor.ts';
import type { Link } from '../../../../src/brokers/nats/session/link.ts';
import { listStreams } from '../../../../src/brokers/nats/session/listings.ts';
import { readScope } from '../../../../src/brokers/nats/session/read.ts';
import { readSettings } from '../../../../src/brokers/nats/session/settings.ts';
import type { JsonObject } from '../../../../src/model/index.ts';
import { connectionTo, only } from '../../nats-session/open.ts';

type Answer = (subject: string, body: JsonObject) => JsonObject;

/** An API whose server is a function, for what real servers seldom say. */
function apiOf(answer: Answer, timeout = 2_000): JetStreamApi {
  const link = {
    async request(subject: string, payload: string): Promise<Uint8Array> {
      const body = payload === '' ? {} : (JSON.parse(payload) as JsonObject);
      return new TextEncoder().encode(JSON.stringify(answer(subject, body)));
    },
  };
  const settings = readSettings(connectionTo({ servers: 'localhost' }, timeout));
  return new JetStreamApi(link as unknown as Link, settings);
}

function refused(code: number, err_code: number, description: string): JsonObject {
  return { error: { code, err_code, description } };
}

function page(names: readonly string[], offset: number, more: JsonObject = {}): JsonObject {
  const streams = names
    .slice(offset, offset + 256)
    .map((name) => ({ config: { name }, state: { messages: 0, consumer_count: 0 } }));
  return { total: names.length, offset, limit: 256, streams, ...more };
}

const many = Array.from({ length: 600 }, (_, i) => `S${String(i).padStart(3, '0')}`);

function offsetOf(body: JsonObject): number {
  return typeof body.offset === 'number' ? body.offset : 0;
}

test('a stream that goes between two pages does not hide another one', async () => {
  let names = many;
  const api = apiOf((_, body) => {
    const answer = page(names, offsetOf(body));
    // Gone after the first page: the 257th becomes the 256th, on a page that is read already.
    names = names.filter((name) => name !== 'S000');
    return answer;
  });
  const { items } = await listStreams(api);
  const found = items.map((item) => (item.config as { name: string }).name);
  expect(found).toEqual(many.slice(1));
});

test('passing refusals are asked again', async () => {
  const refusals = [10008, 10004, 10009];
  const api = apiOf((_, body) => {
    const code = refusals.shift();
    return code === undefined ? page(['A'], offsetOf(body)) : refused(503, code, 'in a moment');
  });
  expect((await listStreams(api)).items).toHaveLength(1);
  expect(api.sent.get('STREAM.LIST')).toBe(4);
});

test('a refusal that does not pass is told with its status, at once or when time is up', async () => {
  const denied = apiOf(() => ({
    error: { code: 503, err_code: 10076, description: 'JetStream not enabled' },
  }));
  await expect(readScope(only('main/stream/A'), denied)).rejects.toMatchObject({
    name: 'ConnectionError',
    message: 'JetStream not enabled (503/10076)',
    transient: false,
  });
  expect(denied.sent.get('STREAM.LIST')).toBe(1);
  const down = apiOf(() => refused(503, 10008, 'unavailable'), 300);
  await expect(readScope(only('main/stream/A'), down)).rejects.toMatchObject({
    failure: { status: '503/10008', message: 'unavailable' },
  });
});

test('what is missing or offline is unknown: an error in the scope, and nobody’s business outside', async () => {
  const api = apiOf((subject, body) => {
    if (subject.endsWith('.NEWER')) return refused(500, 10194, 'needs API level 9');
    if (subject.endsWith('.LOST')) return refused(503, 10008, 'unavailable');
    return page(['A'], offsetOf(body), { missing: ['LOST'], offline: { NEWER: 'needs API level 9' } });
  }, 300);
  await expect(readScope(only('main/stream/LOST', 'main/stream/NEWER'), api)).rejects.toThrow(
    /stream LOST \(unavailable\), NEWER \(needs API level 9\) are there, but nothing else is known/,
  );
  await expect(readScope(only('main/consumer/LOST/c'), api)).rejects.toThrow(/stream LOST .*is there/);
  await expect(readScope({ desired: [], retired: [], owns: ['main/stream/L*'] }, api)).rejects.toThrow(
    /LOST/,
  );
  const resources = await readScope(only('main/stream/A', 'main/stream/GONE'), api);
  expect(resources.map((one) => one.address)).toEqual(['main/stream/A']);
});

test('consumers that are missing are unknown as well', async () => {
  const api = apiOf((subject) => {
    if (subject.includes('CONSUMER.INFO')) return refused(503, 10008, 'unavailable');
    if (subject.includes('CONSUMER.LIST')) return { total: 1, consumers: [], missing: ['c'] };
    const stream = { config: { name: 'A' }, state: { messages: 0, consumer_count: 1 } };
    return { total: 1, streams: [stream] };
  }, 300);
  await expect(readScope(only('main/consumer/A/c'), api)).rejects.toThrow(
    /consumer of stream A: c .*is there/,
  );
  const rest = await readScope(only('main/consumer/A/other'), api);
  expect(rest.map((one) => one.address)).toEqual(['main/stream/A']);
});

test('what a list lacks during an election is asked for by name', async () => {
  const api = apiOf((subject, body) => {
    if (subject.endsWith('.GONE')) return refused(404, 10059, 'stream not found');
    if (subject.endsWith('.LATE'))
      return { config: { name: 'LATE' }, state: { messages: 3, consumer_count: 0 } };
    return page(['A'], offsetOf(body), { missing: ['LATE', 'GONE', 'OTHER'] });
  });
  const resources = await readScope(only('main/stream/LATE', 'main/stream/GONE'), api);
  expect(resources.map((one) => one.address)).toEqual(['main/stream/A', 'main/stream/LATE']);
  expect(resources[1]?.metrics).toMatchObject({ messages: 3 });
  expect(api.sent.get('STREAM.INFO')).toBe(2);
});

test('consumers by which the server itself fills mirrors are nobody’s resource', async () => {
  const consumer = (name: string, metadata: JsonObject) => ({
    name,
    config: { durable_name: name, metadata },
  });
  const api = apiOf((subject) => {
    if (subject.includes('CONSUMER.LIST')) {
      const consumers = [
        consumer('JS_MIRROR_e6X05tAu', { '_nats.mirror.stream': 'M' }),
        consumer('JS_SRC_mm0Gup00', { '_nats.src.stream': 'M' }),
        consumer('JS_MINE', { '_nats.req.level': '0' }),
      ];
      return { total: 3, consumers };
    }
    return { total: 1, streams: [{ config: { name: 'A' }, state: { messages: 0, consumer_count: 3 } }] };
  });
  const resources = await readScope({ desired: [], retired: [], owns: ['**'] }, api);
  expect(resources.map((one) => one.address)).toEqual(['main/stream/A', 'main/consumer/A/JS_MINE']);
});

test('a name that is taken by our own request, whose answer was lost, is done; by another one, it fails at once', async () => {
  const config = { name: 'A', max_msgs: 5 };
  const create: NatsCall = { op: 'stream.create', target: 'main/stream/A', body: { name: 'A', config } };
  const performing = (live: JsonObject) => {
    let looks = 0;
    const api = apiOf((subject) => {
      if (subject.includes('STREAM.CREATE')) return refused(400, 10058, 'name already in use');
      // The new leader shows it a moment later.
      return looks++ === 0 ? refused(404, 10059, 'stream not found') : { config: live };
    });
    const broker = { name: 'main', type: 'nats', id: 'x', version: '2.10.27', facts: {} };
    return { api, broker, abort: new AbortController().signal };
  };
  expect(await executeCall(create, performing(config))).toEqual({ status: 'done' });
  expect(await executeCall(create, performing({ ...config, max_msgs: 6 }))).toMatchObject({
    status: 'failed',
    failure: { message: 'a stream of this name already exists with a different configuration' },
  });
});

test('lists of consumers go out together, but no more of them than a connection can take', async () => {
  const counts = Array.from({ length: 600 }, (_, i) => (i < 40 ? 1_000 : 2));
  let [flying, most] = [
    { requests: 0, consumers: 0 },
    { requests: 0, consumers: 0 },
  ];
  const link = {
    async request(subject: string, payload: string): Promise<Uint8Array> {
      const offset = offsetOf(JSON.parse(payload) as JsonObject);
      const stream = /CONSUMER\.LIST\.S(\d+)$/.exec(subject)?.[1];
      const bytes = (body: JsonObject) => new TextEncoder().encode(JSON.stringify(body));
      if (stream === undefined) {
        const all = counts.map((consumer_count, i) => ({
          config: { name: `S${i}` },
          state: { consumer_count },
        }));
        return bytes({ total: all.length, streams: all.slice(offset, offset + 256) });
      }
      const total = counts[Number(stream)] ?? 0;
      const own = Math.min(256, total - offset);
      flying = { requests: flying.requests + 1, consumers: flying.consumers + own };
      most = {
        requests: Math.max(most.requests, flying.requests),
        consumers: Math.max(most.consumers, flying.consumers),
      };
      await new Promise(setImmediate);
      flying = { requests: flying.requests - 1, consumers: flying.consumers - own };
      return bytes({ total, consumers: [] });
    },
  };
  const api = new JetStreamApi(
    link as unknown as Link,
    readSettings(connectionTo({ servers: 'localhost' }, 2_000)),
  );
  expect(await readScope({ desired: [], retired: [], owns: ['**'] }, api)).toHaveLength(600);
  expect(most.requests).toBeGreaterThan(100);
  expect(most.requests).toBeLessThanOrEqual(256);
  expect(most.consumers).toBeLessThanOrEqual(2 * 4_096);
});
