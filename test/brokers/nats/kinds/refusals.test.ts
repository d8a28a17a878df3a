import { describe, expect, it } from 'vitest';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import type { JsonObject, Step } from '../../../../src/model/index.ts';
import { asLive, plan, server } from '../project.ts';

const stream = (spec: JsonObject, name = 'S') => streamResource('edge', name, spec);
const consumer = (spec: JsonObject, name = 'c') => consumerResource('edge', 'S', name, spec);
const risksOf = (step: Step | undefined) => step?.risks.map((risk) => `${risk.class} ${risk.code}`);

describe('what this server does not take', () => {
  it('is refused at plan time, though newer ones take it', async () => {
    const desired = { sources: [{ name: 'X' }], republish: { dest: 'c.>' } };
    const old = await plan(server('2.9.10'), [stream(desired)], []);
    expect(risksOf(old.waves[0]?.[0])).toEqual(['refused refused-combination']);
    const current = await plan(server(), [stream(desired)], []);
    expect(risksOf(current.waves[0]?.[0])).toEqual([]);
  });
});

describe('what the server or the account refuses', () => {
  const refusals = async (spec: JsonObject, version: string, facts: JsonObject = {}) => {
    const { blockers } = await plan(server(version, facts), [stream(spec)], []);
    return blockers.map(({ risk, allow }) => `${allow ?? ''}${risk.code}: ${risk.message}`);
  };

  it.each([
    ['2.9.10', { compression: 's2' }, ['compression needs NATS 2.10, and this server is 2.9.10']],
    ['2.10.27', { compression: 's2' }, []],
    ['2.10.27', { allow_msg_ttl: true }, ['allow_msg_ttl needs NATS 2.11, and this server is 2.10.27']],
    [
      '2.11.0',
      { persist_mode: 'async' },
      ['persist_mode needs NATS 2.12, and this server is 2.11.0 (API level 1)'],
    ],
    ['2.9.10', { compression: 'none', metadata: {}, allow_msg_ttl: false }, []],
    [
      '2.9.10',
      { sources: [{ name: 'X', subject_transforms: [{ src: 'a', dest: 'b' }] }] },
      ['sources.subject_transforms needs NATS 2.10, and this server is 2.9.10'],
    ],
    [
      '2.12.0',
      { mirror: { name: 'X', consumer: { name: 'c', deliver_subject: 'd' } } },
      ['mirror.consumer needs NATS 2.14, and this server is 2.12.0 (API level 2)'],
    ],
  ] as [string, JsonObject, string[]][])(
    'fields that %s is too old for: %j',
    async (version, spec, messages) => {
      expect(await refusals(spec, version)).toEqual(
        messages.map((message) => `unsupported-field: ${message}`),
      );
    },
  );

  it('believes the API level of the cluster more than the version of one server', async () => {
    expect(await refusals({ allow_msg_ttl: true }, '2.15.1', { apiLevel: 0 })).toHaveLength(1);
  });

  it('consumer fields and values, too', async () => {
    const codes = async (spec: JsonObject, version: string) =>
      (await plan(server(version), [consumer(spec)], [])).blockers.map(
        ({ risk }) => risk.message.split(',')[0],
      );
    expect(await codes({ filter_subjects: ['a', 'b'] }, '2.9.10')).toEqual([
      'more than one filter subject needs NATS 2.10',
    ]);
    expect(await codes({ filter_subjects: ['a'] }, '2.9.10')).toEqual([]);
    expect(await codes({ priority_policy: 'prioritized', priority_groups: ['g'] }, '2.11.0')).toEqual([
      'priority_policy: prioritized needs NATS 2.12',
    ]);
    expect(await codes({ ack_policy: 'flow_control', deliver_subject: 'd' }, '2.12.0')).toEqual([
      'ack_policy: flow_control needs NATS 2.14',
    ]);
  });

  it('more replicas than servers', async () => {
    expect(await refusals({ num_replicas: 3 }, '2.15.1', { servers: 1 })).toEqual([
      'too-many-replicas: 3 replicas need 3 servers with JetStream, and there is 1',
    ]);
    expect(await refusals({ num_replicas: 3 }, '2.15.1', { servers: 3 })).toEqual([]);
    expect(await refusals({ num_replicas: 3 }, '2.15.1')).toEqual([]);
  });

  it.each([
    ['max_bytes must be set', { max_bytes_required: true }, {}, 'every stream must set max_bytes'],
    [
      'one stream',
      { storage_max_stream_bytes: 1024 },
      { max_bytes: 2048 },
      'one file stream may have at most 1KiB',
    ],
    ['streams', { max_streams: 3, streams: 3 }, {}, 'at most 3 streams, and this plan would make it 4'],
    [
      'storage, with each replica',
      { max_storage: 4096, reserved_storage: 1024 },
      { max_bytes: 2048, num_replicas: 2 },
      'file storage of 4KiB in all, and max_bytes of its streams would add up to 5KiB',
    ],
    [
      'memory',
      { max_memory: 1024, max_storage: -1 },
      { max_bytes: 2048, storage: 'memory' },
      'memory storage of 1KiB in all, and max_bytes of its streams would add up to 2KiB',
    ],
  ] as [string, JsonObject, JsonObject, string][])(
    'limits of the account: %s',
    async (_name, limits, spec, problem) => {
      expect(await refusals(spec, '2.15.1', { limits })).toEqual([
        `account-limit: the account does not permit it: ${problem}`,
      ]);
      expect(await refusals({ max_bytes: 10, ...spec }, '2.15.1', { limits: {} })).toEqual([]);
    },
  );

  it('limits of a tier, which counts a replicated stream once', async () => {
    const tiers = { R1: { max_storage: 0 }, R3: { max_storage: 2048 } };
    expect(await refusals({ max_bytes: 2048, num_replicas: 3 }, '2.15.1', { tiers })).toEqual([]);
    expect(await refusals({ max_bytes: 2048 }, '2.15.1', { tiers })).toHaveLength(1);
  });

  it('consumers over the account, and consumers over new limits of their stream', async () => {
    const broker = server('2.15.1', { limits: { max_consumers: 1, max_ack_pending: 100 } });
    const many = await plan(broker, [stream({}), consumer({}), consumer({ max_ack_pending: 500 }, 'd')], []);
    expect(new Set(many.blockers.map(({ risk }) => risk.message.split(': ')[1]))).toEqual(
      new Set([
        'at most 1 consumers of one stream, and this plan would make it 2',
        'max_ack_pending may be at most 100',
      ]),
    );
    const live = asLive(server(), [stream({}), consumer({})]);
    const limited = await plan(server(), [stream({ consumer_limits: { max_ack_pending: 7 } })], live);
    expect(limited.blockers).toMatchObject([
      {
        risk: {
          code: 'consumers-over-limit',
          message: 'consumer_limits.max_ack_pending is below what consumers have: c',
        },
      },
    ]);
  });

  it('limits of consumers: on 2.10 one that is not set counts as 0, and what is deleted goes first', async () => {
    const { broker, before } = limitedLive('2.10.27', { max_ack_pending: 2000 });
    const codes = async (limits: JsonObject, on = { broker, before }) =>
      (await plan(on.broker, [stream({ consumer_limits: limits })], on.before)).blockers.map(
        ({ risk }) => risk.message,
      );
    const all = { max_ack_pending: 1000, inactive_threshold: 3_600_000_000_000 };
    expect(await codes(all)).toEqual([]);
    expect(await codes({ inactive_threshold: 3_600_000_000_000 })).toEqual([
      'without consumer_limits.max_ack_pending this server allows nothing of it while the limits change, and consumers have some: c',
    ]);
    const later = limitedLive('2.15.1', { max_ack_pending: 2000 });
    expect(await codes({ inactive_threshold: 3_600_000_000_000 }, later)).toEqual([]);

    const retired = ['edge/consumer/S/c'];
    const removed = await plan(broker, [stream({ consumer_limits: { max_ack_pending: 7 } })], before, {
      retired,
      allow: ['destructive:**'],
    });
    expect(removed.blockers).toEqual([]);
    expect(removed.waves.map((wave) => wave.map(({ action, address }) => `${action} ${address}`))).toEqual([
      ['delete edge/consumer/S/c'],
      ['update edge/stream/S'],
    ]);
  });

  function limitedLive(version: string, limits: JsonObject) {
    const broker = server(version);
    return {
      broker,
      before: asLive(broker, [stream({ consumer_limits: limits }), consumer({ max_ack_pending: 1000 })]),
    };
  }
});
