import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

test('topics, users by name and by certificate, ACLs, quotas', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('strimzi'));
  expect(yaml.split('---\n').map((part) => (parse(part) as { kafka: unknown }).kafka)).toEqual([
    {
      topics: {
        orders: {
          partitions: 12,
          'replication-factor': 3,
          configs: { 'cleanup.policy': ['compact', 'delete'], 'retention.ms': '7d' },
        },
      },
    },
    {
      acls: {
        'User:billing': {
          consumes: ['orders'],
          allow: [
            { group: { prefix: 'billing-' }, operations: ['read'] },
            { cluster: true, operations: ['idempotent-write'] },
          ],
        },
      },
    },
    {
      quotas: [
        { user: 'CN=edge', consumer_byte_rate: '1kB' },
        { user: 'billing', producer_byte_rate: '1MiB', request_percentage: 55 },
      ],
    },
    { users: { billing: { 'scram-sha-512': { password: '${KAFKA_BILLING_PASSWORD}' } } } },
  ]);
  expect(leftovers).toEqual([
    expect.stringMatching(
      /^f\.yaml:17:3 spec\.authentication: set KAFKA_BILLING_PASSWORD in the environment/,
    ),
    expect.stringMatching(/^f\.yaml:\d+:1 kind: Kafka my-cluster: it runs a cluster or uses one/),
    expect.stringMatching(/^f\.yaml:\d+:1 the document: a Deployment is no topology/),
  ]);
});

const topic = (name: string, more = '', cluster = 'a') => `apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: { name: ${name}, labels: { strimzi.io/cluster: ${cluster} }${more} }
spec: { topicName: ${name === 'x' ? '__consumer_offsets' : name} }
`;

test('what is not managed, and what is the broker’s own, is left', async () => {
  const unmanaged = topic('t', ', annotations: { strimzi.io/managed: "false" }');
  const { yaml, leftovers } = await readFiles([topic('keep'), unmanaged, topic('x')].join('---\n'));
  expect(parse(yaml)).toEqual({ kafka: { topics: { keep: {} } } });
  expect(leftovers).toEqual([
    expect.stringContaining('kind: KafkaTopic t: the topic is not managed'),
    expect.stringContaining('kind: KafkaTopic x: __consumer_offsets: it is the broker’s own topic'),
  ]);
});

test('a list, as kubectl prints it', async () => {
  const items = [topic('a'), topic('b')].map((text) => parse(text) as unknown);
  const { yaml } = await readFiles(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  expect(parse(yaml)).toEqual({ kafka: { topics: { a: {}, b: {} } } });
});

test('topics of two clusters are a mistake', async () => {
  const { errors } = await readFiles([topic('a'), topic('b', '', 'other')].join('---\n'));
  expect(errors).toEqual(['f.yaml:8:22 this is for other, and f.yaml:3:22 is for a']);
});
