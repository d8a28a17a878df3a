import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import { kinds } from '../../../../src/brokers/nats/kinds/index.ts';
import { type JsonObject, kindOf, parseJson, type Resource } from '../../../../src/model/index.ts';
import { completed, plan, server, sides, VERSIONS } from '../project.ts';

const S = 1_000_000_000;
const stream = (spec: JsonObject, name = 'ORDERS') => streamResource('edge', name, spec);
const consumer = (spec: JsonObject) => consumerResource('edge', 'ORDERS', 'c', spec);

/** Echoes of `{name, subjects}` and of a durable pull consumer, as real servers gave them. */
const ECHOES: Record<string, { stream: string; consumer: string }> = {
  '2.9.10': {
    stream:
      '{"name":"ORDERS","subjects":["orders.>"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false}',
    consumer:
      '{"durable_name":"c","name":"c","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"num_replicas":0}',
  },
  '2.15.1': {
    stream:
      '{"name":"ORDERS","subjects":["orders.>"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false,"metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1"}}',
    consumer:
      '{"durable_name":"c","name":"c","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"num_replicas":0,"metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1"}}',
  },
};

describe.each(Object.entries(ECHOES))('the echo of %s', (version, echo) => {
  it('is what was asked for', async () => {
    const live = [
      stream(parseJson(echo.stream) as JsonObject),
      consumer(parseJson(echo.consumer) as JsonObject),
    ];
    const { waves, inSync } = await plan(
      server(version),
      [stream({ subjects: ['orders.>'] }), consumer({})],
      live,
    );
    expect(waves).toEqual([]);
    expect(inSync).toBe(2);
  });

  it('shows a key that was removed, as it returns to its default', async () => {
    const live = stream({ ...(parseJson(echo.stream) as JsonObject), max_msgs: 5, description: 'x' });
    const { waves } = await plan(server(version), [stream({ subjects: ['orders.>'] })], [live]);
    expect(waves[0]?.[0]?.fields).toEqual([
      { name: 'description', before: 'x' },
      { name: 'max_msgs', before: '5', after: '-1' },
    ]);
  });
});

describe('a completed stream', () => {
  it.each([
    [{}, { subjects: ['ORDERS'], duplicate_window: 120 * S }],
    [{ max_age: 60 * S }, { duplicate_window: 60 * S }],
    [{ max_age: 600 * S }, { duplicate_window: 120 * S }],
    [{ mirror: { name: 'X' } }, { subjects: [], duplicate_window: 0 }],
    [
      { max_msgs: 0, max_bytes: -7 },
      { max_msgs: -1, max_bytes: -1 },
    ],
    [{ republish: { dest: 'a.>' } }, { republish: { src: '>', dest: 'a.>', headers_only: false } }],
    [{ subject_delete_marker_ttl: S }, { allow_msg_ttl: true, allow_rollup_hdrs: true, deny_purge: false }],
    [
      { sealed: true, max_age: S },
      { max_age: 0, discard: 'new', deny_delete: true, deny_purge: true },
    ],
    [{ metadata: { '_nats.ver': '2.15.1', team: 'shop' } }, { metadata: { team: 'shop' } }],
    [{ subjects: ['b', 'a'] }, { subjects: ['a', 'b'] }],
    [{ placement: {} }, { placement: null }],
    [
      { sources: [{ name: 'X', opt_start_time: '2026-01-01T02:00:00.500+02:00' }] },
      { sources: [{ name: 'X', opt_start_time: '2026-01-01T00:00:00.5Z' }] },
    ],
  ])('of %j has %j', (spec, expected) => {
    expect(completed(server(), stream(spec))).toMatchObject(expected);
  });

  it('with sources has a duplicate window until 2.14 takes it away', () => {
    const spec = { sources: [{ name: 'X' }] };
    expect(completed(server('2.12.0'), stream(spec)).duplicate_window).toBe(120 * S);
    expect(completed(server('2.14.0'), stream(spec)).duplicate_window).toBe(0);
  });

  it('keeps integers beyond 2^53 exact, into the call', async () => {
    const big = { $int: '9007199254740995' };
    const { waves } = await plan(
      server(),
      [stream({ max_bytes: big, max_age: { $int: '31536000000000001' } })],
      [],
    );
    expect(waves[0]?.[0]?.calls[0]?.body).toMatchObject({
      config: { max_bytes: big, max_age: { $int: '31536000000000001' } },
    });
    const live = stream(parseJson('{"max_bytes":9007199254740996}') as JsonObject);
    const changed = await plan(server(), [stream({ max_bytes: big })], [live]);
    expect(changed.waves[0]?.[0]?.fields).toMatchObject([
      { name: 'max_bytes', before: '9007199254740996B', after: '9007199254740995B' },
    ]);
  });

  it('takes mirror_direct from its origin, and keeps it where the origin cannot be seen', () => {
    const mirror = stream({ mirror: { name: 'ORDERS' } }, 'COPY');
    expect(completed(server(), mirror, [stream({ allow_direct: true })]).mirror_direct).toBe(true);
    expect(completed(server(), mirror, [stream({})]).mirror_direct).toBe(false);
    expect(completed(server(), mirror, [], [stream({ allow_direct: true })]).mirror_direct).toBe(true);
    const live = stream({ mirror: { name: 'ORDERS' }, mirror_direct: true }, 'COPY');
    expect(completed(server(), mirror, [], [live]).mirror_direct).toBe(true);
  });

  it('takes over what only a newer server knows, and what was only read at creation', () => {
    const live = stream({ first_seq: 100, from_the_future: { a: 1 } });
    expect(completed(server(), stream({}), [], [live])).toMatchObject({
      first_seq: 100,
      from_the_future: { a: 1 },
    });
  });

  it.each(VERSIONS)('has no field that %s does not know', (version) => {
    const spec = completed(server(version), stream({ compression: 'none', allow_msg_ttl: false }));
    expect('compression' in spec).toBe(version !== '2.9.10');
    expect('allow_msg_ttl' in spec).toBe(!['2.9.10', '2.10.27'].includes(version));
    expect('allow_batched' in spec).toBe(['2.14.0', '2.15.1'].includes(version));
  });
});

describe('a completed consumer', () => {
  it.each([
    [{}, { ack_policy: 'explicit', ack_wait: 30 * S, max_waiting: 512, max_ack_pending: 1000 }],
    [{ ack_policy: 'none' }, { ack_wait: 0, max_ack_pending: 0 }],
    [{ deliver_subject: 'd' }, { max_waiting: 0 }],
    [{ backoff: [S, 5 * S] }, { ack_wait: S }],
    [{ filter_subject: 'a' }, { filter_subjects: ['a'] }],
    [{ filter_subjects: ['b', 'a'] }, { filter_subjects: ['a', 'b'] }],
    [{ sample_freq: '30%' }, { sample_freq: '30' }],
    [{ sample_freq: '0%' }, { sample_freq: null }],
    [{ priority_policy: 'pinned_client', priority_groups: ['g'] }, { priority_timeout: 120 * S }],
    [
      { ack_policy: 'flow_control', deliver_subject: 'd' },
      { flow_control: true, idle_heartbeat: S, ack_wait: 0 },
    ],
  ])('of %j has %j', (spec, expected) => {
    expect(completed(server(), consumer(spec))).toMatchObject(expected);
  });

  it('takes defaults from its stream and its account', () => {
    const limited = stream({ consumer_limits: { max_ack_pending: 7, inactive_threshold: 60 * S } });
    expect(completed(server(), consumer({}), [limited])).toMatchObject({
      max_ack_pending: 7,
      inactive_threshold: 60 * S,
    });
    const broker = server('2.15.1', { limits: { max_ack_pending: 50 } });
    expect(completed(broker, consumer({})).max_ack_pending).toBe(50);
  });

  it('that somebody paused stays paused', async () => {
    const live = consumer({ pause_until: '2030-01-01T02:00:00+02:00' });
    expect((await plan(server(), [consumer({})], [live])).waves).toEqual([]);
    expect((await plan(server(), [consumer({ pause_until: '2030-01-01T00:00:00Z' })], [live])).waves).toEqual(
      [],
    );
  });
});

describe('a completed bucket', () => {
  const bucket = (spec: JsonObject) => streamResource('edge', 'KV_users', spec);

  it('is made as clients make it', () => {
    expect(completed(server(), bucket({}))).toMatchObject({
      subjects: ['$KV.users.>'],
      max_msgs_per_subject: 1,
      discard: 'new',
      deny_delete: true,
      allow_direct: true,
      allow_rollup_hdrs: true,
    });
    expect(completed(server(), bucket({ mirror: { name: 'KV_x' } }))).toMatchObject({
      subjects: [],
      mirror_direct: true,
    });
    expect(completed(server(), streamResource('edge', 'OBJ_files', {}))).toMatchObject({
      subjects: ['$O.files.C.>', '$O.files.M.>'],
      max_msgs_per_subject: -1,
      deny_delete: false,
    });
  });

  it('keeps what YAML cannot say, whichever client made it', async () => {
    const made = completed(server(), bucket({}));
    const live = bucket({ ...made, deny_delete: false, allow_direct: false, discard: 'old' });
    expect((await plan(server(), [bucket({})], [live])).waves).toEqual([]);
    const { waves } = await plan(server(), [bucket({ max_msgs_per_subject: 5, max_age: 60 * S })], [live]);
    expect(waves[0]?.[0]).toMatchObject({
      title: 'key-value bucket users',
      fields: [{ name: 'duplicate_window' }, { name: 'ttl' }, { name: 'history', before: '1', after: '5' }],
      calls: [{ op: 'stream.update', body: { config: { deny_delete: false, discard: 'old' } } }],
    });
  });
});

const arbitrary = fc.record(
  {
    subjects: fc.uniqueArray(fc.constantFrom('a', 'b.>', 'c.*'), { maxLength: 3 }),
    max_age: fc.constantFrom(0, S, 86400 * S),
    sealed: fc.boolean(),
    mirror: fc.constantFrom({ name: 'X' }, { name: 'Y', filter_subject: 'a' }),
    subject_delete_marker_ttl: fc.constantFrom(0, S),
    republish: fc.constantFrom({ dest: 'z' }),
    metadata: fc.constantFrom({}, { a: 'b', '_nats.ver': 'x' }),
    consumer_limits: fc.constantFrom({}, { max_ack_pending: 3 }),
    backoff: fc.constantFrom([S]),
    filter_subject: fc.constantFrom('', 'a'),
    ack_policy: fc.constantFrom('none', 'all', 'flow_control'),
    deliver_subject: fc.constantFrom('', 'd'),
  },
  { requiredKeys: [] },
);

describe('completing', () => {
  it.each(VERSIONS)('what is complete already changes nothing, on %s', (version) => {
    const broker = server(version);
    fc.assert(
      fc.property(arbitrary, fc.constantFrom('ORDERS', 'KV_b', 'OBJ_o'), (spec, name) => {
        const all: Resource[] = [stream(spec as JsonObject, name), consumer(spec as JsonObject)];
        for (const resource of all) {
          const context = sides(broker, [resource]);
          const once = context.desired.get(resource.address) ?? resource;
          expect(kinds[kindOf(resource.address)]?.complete(once, context)).toEqual(once.spec);
        }
      }),
    );
  });
});
