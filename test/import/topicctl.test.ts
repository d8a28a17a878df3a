import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

const META = 'meta: { name: orders, cluster: main, environment: prod, region: eu }';

test('topics with their placement, and ACLs', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('topicctl'));
  const [topics, acls] = yaml.split('---\n').map((part) => parse(part) as unknown);
  expect(topics).toEqual({
    kafka: {
      topics: {
        fixed: {
          replicas: [
            [1, 2],
            [2, 3],
          ],
        },
        orders: {
          partitions: 9,
          'replication-factor': 3,
          placement: 'rack-aware',
          configs: { 'cleanup.policy': 'delete', 'max.message.bytes': '5MiB', 'retention.ms': '7d' },
        },
        racks: { partitions: 3, 'replication-factor': 2 },
      },
    },
  });
  expect(acls).toEqual({ kafka: { acls: { 'User:billing': { consumes: ['orders'] } } } });
  expect(leftovers).toEqual([
    expect.stringMatching(/^f\.yaml:8:3 spec\.migration: how fast replicas move/),
    expect.stringMatching(
      /^f\.yaml:17:59 spec\.placement\.strategy: brokerform does not balance leaders over racks; replicas stay/,
    ),
    expect.stringMatching(/^f\.yaml:26:1 spec: how a cluster is reached stands in brokerform\.yaml/),
  ]);
});

test('placement within a rack keeps the numbers of the topic, and says what can take its place', async () => {
  const { yaml, leftovers, errors } = await readFiles(`${META}
spec:
  partitions: 2
  replicationFactor: 2
  placement: { strategy: static-in-rack, staticRackAssignments: [a, b] }
`);
  expect(errors).toEqual([]);
  expect(parse(yaml)).toEqual({ kafka: { topics: { orders: { partitions: 2, 'replication-factor': 2 } } } });
  expect(leftovers.map((line) => line.replace(/^f\.yaml:5:\d+ spec\.placement\./, ''))).toEqual([
    'strategy: brokerform keeps no partition within one rack: to fix the brokers, declare them as replicas of the topic; replicas stay where they are',
    'staticRackAssignments: which brokers a rack has is not in the files',
  ]);
});

test('a user’s password is not copied, and the user gets its ACLs', async () => {
  const { yaml, leftovers } = await readFiles(`${META}
spec:
  authentication: { type: scram-sha-512, password: hunter2 }
  authorization: { type: simple, acls: [{ resource: { type: topic, name: t, patternType: prefixed }, operations: [read] }] }
`);
  const [acls, users] = yaml.split('---\n').map((part) => parse(part) as unknown);
  expect(users).toEqual({
    kafka: { users: { orders: { 'scram-sha-512': { password: '${KAFKA_ORDERS_PASSWORD}' } } } },
  });
  expect(acls).toEqual({
    kafka: { acls: { 'User:orders': { allow: [{ topic: { prefix: 't' }, operations: ['read'] }] } } },
  });
  expect(leftovers).toEqual([expect.stringContaining('set KAFKA_ORDERS_PASSWORD in the environment')]);
  expect(yaml + leftovers.join()).not.toContain('hunter2');
});

test('what is written for people may hold anything', async () => {
  const { yaml } = await readFiles(`${META.replace(' }', ', description: costs $USD a day }')}
spec: { partitions: 1, replicationFactor: 1 }
`);
  expect(parse(yaml)).toEqual({ kafka: { topics: { orders: { partitions: 1, 'replication-factor': 1 } } } });
});

test('two clusters, variables, and a retention that is given twice are mistakes', async () => {
  const { errors } = await readFiles(`${META}
spec: { partitions: 1, replicationFactor: 1, retentionMinutes: 1, settings: { retention.ms: 1 } }
---
${META.replace('prod', 'staging')}
spec: { partitions: 1, replicationFactor: 1, settings: { cleanup.policy: "\${POLICY}" } }
`);
  expect(errors).toEqual([
    'f.yaml:2:79 topics.orders.configs["retention.ms"] is 1 here, and 60000 in f.yaml:2:46',
    'f.yaml:4:23 this is for main, staging, eu, and f.yaml:1:23 is for main, prod, eu',
    expect.stringContaining('f.yaml:5:58 cleanup.policy is "${POLICY}"'),
    'f.yaml:5:74 ${POLICY} comes from the environment',
  ]);
});
