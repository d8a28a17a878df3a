import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nats } from '../../../../src/brokers/nats/index.ts';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import type { JsonObject, Resource } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';
import { asLive, checkSection, plan, server, VERSIONS } from '../project.ts';

const S = 1_000_000_000;
const opt = <T>(values: readonly T[]) => fc.constantFrom(undefined, ...values);
const defined = (spec: object) =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as JsonObject;

const streamSpec = fc
  .record({
    subjects: opt([['a'], ['b.>', 'a']]),
    max_age: opt([S, 86400 * S, { $int: '31536000000000001' }]),
    max_bytes: opt([1024, { $int: '9007199254740995' }]),
    retention: opt(['interest', 'workqueue']),
    storage: opt(['memory']),
    discard: opt(['new']),
    duplicate_window: opt([S / 2, S]),
    compression: opt(['s2']),
    metadata: opt([{ team: 'shop' }, { '${x}': '$${x}' }]),
    republish: opt([{ dest: 'z.>' }, { src: 'a', dest: 'z.a', headers_only: true }]),
    subject_delete_marker_ttl: opt([S]),
    sealed: opt([true]),
    consumer_limits: opt([{ max_ack_pending: 7 }]),
    sources: opt([[{ name: 'X', opt_start_seq: 5, filter_subject: 'x' }]]),
    description: opt(['#: {} "x"', 'ünï', '${x}']),
    first_seq: opt([100]),
  })
  .map(defined);

const consumerSpec = fc
  .record({
    ack_policy: opt(['none', 'all']),
    filter_subjects: opt([['a'], ['a', 'b.c']]),
    backoff: opt([[S, 60 * S]]),
    deliver_subject: opt(['d']),
    pause_until: opt(['2030-01-01T00:00:00Z']),
    max_ack_pending: opt([5, -1, 1000]),
    inactive_threshold: opt([60 * S]),
    sample_freq: opt(['30']),
    deliver_policy: opt(['new']),
  })
  .map(defined);

const bucketSpec = fc
  .record({
    max_msgs_per_subject: opt([1, 5]),
    max_age: opt([60 * S]),
    deny_delete: opt([false]),
    allow_direct: opt([false]),
    mirror: opt([{ name: 'KV_other' }]),
    compression: opt(['s2']),
  })
  .map(defined);

const topology = fc
  .tuple(streamSpec, consumerSpec, bucketSpec, bucketSpec)
  .map(([stream, consumer, bucket, store]): Resource[] => {
    const { mirror: _, max_msgs_per_subject: __, ...files } = store;
    return [
      streamResource('edge', 'S', stream),
      consumerResource('edge', 'S', 'c', consumer),
      streamResource('edge', 'KV_b', bucket),
      streamResource('edge', 'OBJ_o', files),
    ];
  });

describe('what import writes', () => {
  it.each(VERSIONS)('plans empty on %s', async (version) => {
    const broker = server(version);
    await fc.assert(
      fc.asyncProperty(topology, async (resources) => {
        const live = asLive(broker, resources);
        const [file] = nats.toSections(live, broker);
        const { diagnostics, resources: declared } = checkSection(file?.section ?? {});
        expect(diagnostics.filter(({ code }) => !code.startsWith('nats/'))).toEqual([]);
        expect(declared).toHaveLength(live.length);
        const { waves } = await plan(broker, declared, live);
        expect(waves.flat().map(({ address, fields }) => ({ address, fields }))).toEqual([]);
      }),
      { numRuns: runs(15) },
    );
  });

  it('is what a person would have written', () => {
    const live = asLive(server(), [
      streamResource('edge', 'ORDERS', {
        subjects: ['orders.>'],
        max_age: 7 * 86400 * S,
        max_bytes: 1024 ** 3,
      }),
      consumerResource('edge', 'ORDERS', 'billing', { filter_subject: 'orders.paid', max_deliver: 5 }),
      streamResource('edge', 'PLAIN', {}),
      streamResource('edge', 'KV_users', {
        max_msgs_per_subject: 3,
        sources: [{ name: 'KV_old', subject_transforms: [{ src: '$KV.old.>', dest: '$KV.users.>' }] }],
      }),
      streamResource('edge', 'KV_copy', { mirror: { name: 'KV_users' } }),
      streamResource('edge', '$MQTT_msgs', {}),
      consumerResource('edge', '$MQTT_msgs', 'x', {}),
    ]);
    expect(nats.toSections(live, server())).toEqual([
      {
        name: 'streams',
        notes: [],
        section: {
          streams: {
            ORDERS: {
              subjects: ['orders.>'],
              max_age: '7d',
              max_bytes: '1GiB',
              consumers: { billing: { filter_subject: 'orders.paid', max_deliver: 5 } },
            },
            PLAIN: {},
          },
          'key-value': {
            users: { history: 3, sources: [{ name: 'old' }] },
            copy: { mirror: { name: 'users' } },
          },
        },
      },
    ]);
  });

  it('tells what it had to leave out', () => {
    const [file] = nats.toSections([consumerResource('edge', 'GONE', 'c', {})], server());
    expect(file?.notes).toEqual(['1 consumer left out: its stream is not among what was read']);
  });
});
