import { describe, expect, it } from 'vitest';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import type { Json, JsonObject } from '../../../../src/model/index.ts';
import { asLive, plan, server, VERSIONS } from '../project.ts';

const S = 1_000_000_000;
const stream = (spec: JsonObject) => streamResource('edge', 'S', spec);
const consumer = (spec: JsonObject) => consumerResource('edge', 'S', 'c', spec);

type Since = (typeof VERSIONS)[number] | 'never';

/**
 * From which version on a change is made in place; before, it is a replacement. Each line was tried on real servers
 * 2.9.10, 2.10.27 and 2.15.1: what is a replacement here, they refuse, or accept without any effect (mem_storage,
 * first_seq). The lines between are from their sources.
 */
const STREAM_CHANGES: [before: JsonObject, after: JsonObject, since: Since, known?: Since][] = [
  [{}, { storage: 'memory' }, 'never'],
  [{}, { retention: 'interest' }, '2.10.27'],
  [{ retention: 'interest' }, {}, '2.10.27'],
  [{}, { retention: 'workqueue' }, 'never'],
  [{ retention: 'workqueue' }, {}, 'never'],
  [{}, { max_consumers: 5 }, '2.14.0'],
  [{}, { deny_delete: true }, '2.9.10'],
  [{ deny_delete: true }, {}, 'never'],
  [{ deny_purge: true }, {}, 'never'],
  [{ sealed: true }, {}, 'never'],
  [{}, { republish: { dest: 'x' } }, '2.10.27'],
  [{ republish: { dest: 'x' } }, {}, '2.10.27'],
  [{}, { mirror: { name: 'X' } }, 'never'],
  [{ mirror: { name: 'X' } }, { mirror: { name: 'Y' } }, 'never'],
  [{ mirror: { name: 'X' } }, {}, '2.12.0'],
  [{}, { sources: [{ name: 'X' }] }, '2.9.10'],
  [{}, { subject_transform: { src: '>', dest: 'x.>' } }, '2.10.27', '2.10.27'],
  [{}, { allow_msg_ttl: true }, '2.12.0', '2.11.0'],
  [{ allow_msg_ttl: true }, {}, 'never', '2.11.0'],
  [{}, { allow_msg_schedules: true }, '2.12.0', '2.12.0'],
  [{ allow_msg_schedules: true }, {}, 'never', '2.12.0'],
  [{}, { allow_msg_counter: true }, 'never', '2.12.0'],
  [{}, { persist_mode: 'async' }, 'never', '2.12.0'],
  [{}, { first_seq: 5 }, 'never', '2.10.27'],
  [{}, { compression: 's2' }, '2.10.27', '2.10.27'],
  [{}, { discard: 'new', max_msgs: 5, num_replicas: 3, allow_direct: true, no_ack: true }, '2.9.10'],
];

const CONSUMER_CHANGES: [before: JsonObject, after: JsonObject, inPlace: boolean][] = [
  [{ deliver_policy: 'new' }, {}, false],
  [{}, { deliver_policy: 'last' }, false],
  [{}, { ack_policy: 'all' }, false],
  [{}, { replay_policy: 'original' }, false],
  [{}, { max_waiting: 5 }, false],
  [{}, { mem_storage: true }, false],
  [{}, { deliver_subject: 'd' }, false],
  [{ deliver_subject: 'd' }, {}, false],
  [{ deliver_subject: 'd' }, { deliver_subject: 'e' }, true],
  [{ deliver_subject: 'd' }, { deliver_subject: 'd', idle_heartbeat: S }, false],
  [{}, { filter_subject: 'S' }, true],
  [{}, { ack_wait: S, max_deliver: 5, max_ack_pending: 9, sample_freq: '5', headers_only: true }, true],
  [{}, { description: 'x', inactive_threshold: S, num_replicas: 1, max_batch: 5 }, true],
];

function isFrom(version: (typeof VERSIONS)[number], since: Since): boolean {
  return since !== 'never' && VERSIONS.indexOf(version) >= VERSIONS.indexOf(since);
}

describe.each(VERSIONS)('on %s', (version) => {
  const broker = server(version);

  const known = STREAM_CHANGES.filter(([, , , from = '2.9.10']) => isFrom(version, from));

  it.each(known)('a stream of %j becomes %j', async (before, after, since) => {
    const { waves } = await plan(broker, [stream(after)], asLive(broker, [stream(before)]));
    const step = waves[0]?.[0];
    const inPlace = isFrom(version, since);
    expect(step?.action).toBe(inPlace ? 'update' : 'replace');
    expect(step?.fields.some(({ immutable }) => immutable !== undefined)).toBe(!inPlace);
    expect(step?.calls.map(({ op }) => op)).toEqual(
      inPlace ? ['stream.update'] : ['stream.delete', 'stream.create'],
    );
  });

  it.each(CONSUMER_CHANGES)('a consumer of %j becomes %j', async (before, after, inPlace) => {
    const live = asLive(broker, [stream({}), consumer(before)]);
    const { waves } = await plan(broker, [stream({}), consumer(after)], live);
    const [step] = waves.flat();
    expect(step?.action).toBe(inPlace ? 'update' : 'replace');
    expect(step?.calls.map(({ op }) => op)).toEqual(
      inPlace ? ['consumer.update'] : ['consumer.delete', 'consumer.create'],
    );
  });
});

describe.each(VERSIONS)('the start of a consumer on %s', (version) => {
  const broker = server(version);
  const fromSequence = (seq: number) => ({ deliver_policy: 'by_start_sequence', opt_start_seq: seq });

  it.each<[before: JsonObject, after: JsonObject, to: Json]>([
    [{}, { deliver_policy: 'new' }, 'new'],
    [{}, fromSequence(5), { seq: 5 }],
    [fromSequence(5), fromSequence(6), { seq: 6 }],
    [
      {},
      { deliver_policy: 'by_start_time', opt_start_time: '2026-01-01T00:00:00Z' },
      { time: '2026-01-01T00:00:00Z' },
    ],
  ])('%j becomes %j', async (before, after, to) => {
    const live = asLive(broker, [stream({}), consumer(before)]);
    const [step] = (await plan(broker, [stream({}), consumer(after)], live)).waves.flat();
    const isReset = isFrom(version, '2.14.0');
    expect(step?.action).toBe(isReset ? 'update' : 'replace');
    expect(step?.calls).toMatchObject(
      isReset
        ? [{ op: 'consumer.reset', body: { to } }]
        : [{ op: 'consumer.delete' }, { op: 'consumer.create' }],
    );
  });
});

describe('max_consumers', () => {
  it.each([
    ['2.12.4', 'replace'],
    ['2.12.5', 'update'],
  ])('changes on %s by %s', async (version, action) => {
    const broker = server(version);
    const { waves } = await plan(broker, [stream({ max_consumers: 5 })], asLive(broker, [stream({})]));
    expect(waves[0]?.[0]?.action).toBe(action);
  });
});

describe('what is sent', () => {
  const broker = server('2.9.10');

  it('is the complete configuration, in the words of the server', async () => {
    const { waves } = await plan(broker, [stream({ max_msgs: 5 })], []);
    expect(waves).toMatchObject([[{ calls: [{ op: 'stream.create', target: 'edge/stream/S' }] }]]);
    expect(waves[0]?.[0]?.calls[0]?.body).toEqual({
      name: 'S',
      config: {
        name: 'S',
        subjects: ['S'],
        retention: 'limits',
        max_consumers: -1,
        max_msgs: 5,
        max_bytes: -1,
        max_age: 0,
        max_msgs_per_subject: -1,
        max_msg_size: -1,
        discard: 'old',
        discard_new_per_subject: false,
        storage: 'file',
        num_replicas: 1,
        no_ack: false,
        duplicate_window: 120 * S,
        allow_direct: false,
        mirror_direct: false,
        sealed: false,
        deny_delete: false,
        deny_purge: false,
        allow_rollup_hdrs: false,
      },
    });
  });

  it('names one filter as every server knows it, and several as later ones do', async () => {
    const filterOf = async (spec: JsonObject) => {
      const { waves } = await plan(server(), [consumer(spec)], []);
      const body = waves[0]?.[0]?.calls[0]?.body as { config: JsonObject } | undefined;
      return [body?.config.filter_subject, body?.config.filter_subjects];
    };
    expect(await filterOf({})).toEqual([undefined, undefined]);
    expect(await filterOf({ filter_subjects: ['a'] })).toEqual(['a', undefined]);
    expect(await filterOf({ filter_subjects: ['b', 'a'] })).toEqual([undefined, ['a', 'b']]);
  });

  it('makes a sealed stream in two requests', async () => {
    const { waves } = await plan(server(), [stream({ sealed: true })], []);
    expect(waves[0]?.[0]?.calls).toMatchObject([
      { op: 'stream.create', body: { config: { sealed: false } } },
      { op: 'stream.update', body: { config: { sealed: true, max_age: 0 } } },
    ]);
  });

  it('pauses by a request of its own', async () => {
    const live = asLive(server(), [stream({}), consumer({})]);
    const opsOf = async (spec: JsonObject) =>
      (await plan(server(), [stream({}), consumer(spec)], live)).waves
        .flat()
        .flatMap(({ calls }) => calls.map(({ op }) => op));
    expect(await opsOf({ pause_until: '2030-01-01T00:00:00Z' })).toEqual(['consumer.pause']);
    expect(await opsOf({ pause_until: '2030-01-01T00:00:00Z', max_deliver: 5 })).toEqual([
      'consumer.update',
      'consumer.pause',
    ]);
  });

  it('makes consumers again behind their replaced stream, declared or not', async () => {
    const other = consumerResource('edge', 'S', 'other', { max_deliver: 3 });
    const live = asLive(server(), [stream({}), consumer({}), other]);
    const { waves, blockers } = await plan(
      server(),
      [stream({ storage: 'memory' }), consumer({ max_deliver: 9 })],
      live,
    );
    expect(waves.flat()).toHaveLength(1);
    expect(waves[0]?.[0]?.dependents).toMatchObject([
      { title: 'consumer c', calls: [{ op: 'consumer.create', body: { config: { max_deliver: 9 } } }] },
      { title: 'consumer other', calls: [{ op: 'consumer.create', body: { config: { max_deliver: 3 } } }] },
    ]);
    expect(blockers).toMatchObject([{ risk: { code: 'messages-lost' } }]);
  });
});
