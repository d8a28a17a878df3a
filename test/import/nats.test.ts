import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

/** Without their places. */
function told(leftovers: readonly string[]): string[] {
  return leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''));
}

test('NACK: streams with their consumers, and buckets', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('nack'));
  expect(parse(yaml)).toEqual({
    nats: {
      streams: {
        ORDERS: {
          description: 'All orders',
          subjects: ['orders.>'],
          max_age: '8760h30m',
          num_replicas: 3,
          duplicate_window: '1m30s',
          placement: { cluster: 'eu', tags: ['ssd'] },
          subject_transform: { src: 'orders.*', dest: 'orders.{{wildcard(1)}}' },
          republish: { src: 'orders.paid', dest: 'live.paid' },
          consumer_limits: { inactive_threshold: '1h', max_ack_pending: 500 },
          metadata: { team: 'shop' },
          consumers: {
            billing: expect.objectContaining({
              deliver_policy: 'last_per_subject',
              max_deliver: 3,
              backoff: ['1s', '1m30s'],
              filter_subjects: ['orders.a', 'orders.b'],
              max_batch: 10,
              max_expires: '30s',
            }),
          },
        },
        COPY: {
          storage: 'memory',
          mirror: { name: 'ORDERS', filter_subject: 'orders.eu.>', external: { api: '$JS.hub.API' } },
        },
      },
      'key-value': { profiles: { history: 5, ttl: '1h', max_value_size: '1KiB', limit_marker_ttl: '30s' } },
      'object-store': { files: { compression: 's2', max_bytes: '1MiB', storage: 'memory' } },
    },
  });
  expect(told(leftovers)).toEqual([
    'items[0].spec.preventDelete: protect in brokerform.yaml does that',
    expect.stringMatching(/^items\[1\]\.spec\.storage: it is not said, which NACK takes for memory/),
    expect.stringMatching(/^items\[3\]\.spec\.streamName: stream OTHER is not among the files/),
    'items[6].kind: Account shop: how a server is reached stands in brokerform.yaml',
  ]);
});

test('NACK: two accounts are two brokers, and one can be chosen; durations are those of Go', async () => {
  const stream = (name: string, account: string, age: string) => `apiVersion: jetstream.nats.io/v1beta2
kind: Stream
metadata: { name: a, namespace: n }
spec: { name: ${name}, account: ${account}, storage: file, maxAge: ${age} }
`;
  const text = [stream('A', 'one', '1.5h'), stream('B', 'two', '10d')].join('---\n');
  const both = await readFiles(text);
  expect(both.errors).toEqual([
    expect.stringContaining('this is for two in namespace n, and f.yaml:4:18 is for one in namespace n'),
    'f.yaml:9:47 spec.maxAge: expected a duration like 1h30m, got "10d"',
  ]);
  const one = await readFiles(text, { cluster: 'n/one' });
  expect(parse(one.yaml)).toEqual({ nats: { streams: { A: { max_age: '1h30m' } } } });
});

test('natscli: what the server shows, without what it found out and its own labels', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('natscli'));
  expect(parse(yaml)).toEqual({
    nats: {
      streams: {
        ORDERS: {
          subjects: ['orders.>'],
          max_bytes: '1GiB',
          max_age: '365d',
          placement: { cluster: 'eu' },
          metadata: { team: 'shop' },
          consumers: { billing: expect.objectContaining({ ack_wait: '45s', filter_subject: 'orders.paid' }) },
        },
        PLAIN: { subjects: ['plain.*'], retention: 'workqueue', storage: 'memory' },
      },
      'key-value': { profiles: { history: 5, ttl: '1h' } },
    },
  });
  expect(told(leftovers)).toEqual(['config: an ephemeral consumer belongs to its client']);
});

test('a number with an exponent that would take more digits than are read is a mistake at its place', async () => {
  const config = '{ name: A, subjects: [a], retention: limits, storage: file, max_consumers: 1e300 }';
  const { errorDiagnostics } = await readFiles(`config: ${config}\n`);
  expect(errorDiagnostics).toEqual([
    expect.objectContaining({
      code: 'import/wrong-value',
      message: 'streams.A.max_consumers has a number of more than 100 digits, and no broker takes it',
      at: expect.objectContaining({ line: 1 }),
    }),
  ]);
});
