import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

test('topics by their full names, and the ACLs that JulieOps makes', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('julie'));
  const [topics, acls] = yaml.split('---\n').map((part) => parse(part) as unknown);
  expect(topics).toEqual({
    kafka: {
      topics: {
        'acme.shop.prod.sales.orders': {
          partitions: 12,
          'replication-factor': 3,
          configs: { 'retention.ms': '7d' },
        },
        'acme.shop.prod.sales.payments.avro': { configs: { 'cleanup.policy': 'compact' } },
        shared: { partitions: 1 },
      },
    },
  });
  const orders = 'acme.shop.prod.sales.orders';
  const both = [orders, 'acme.shop.prod.sales.payments.avro'];
  expect(acls).toMatchObject({
    kafka: {
      acls: {
        'User:billing': { consumes: both, allow: [{ group: { prefix: 'billing-' }, operations: ['read'] }] },
        'User:one': { consumes: [orders] },
        'User:agg': { allow: expect.arrayContaining([{ topic: { prefix: 'agg' }, operations: ['all'] }]) },
        'User:join': {
          allow: expect.arrayContaining([
            { topic: { prefix: 'acme.shop.prod.sales.' }, operations: ['all'] },
          ]),
        },
      },
    },
  });
  expect(leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''))).toEqual([
    expect.stringMatching(/^context: topics are named context\.company\.env\.project\.name, as by default/),
    'projects[0].schemas: schemas are not on a broker',
    'projects[0].rbac: role bindings are kept by Confluent, not by brokers',
    'projects[0].topics[1].plan: plans stand in a file of their own: write what it sets',
    'platform: brokerform does not know what the components of a platform need',
  ]);
});

test('connectors may stand beside what they run', async () => {
  const { yaml, leftovers } = await readFiles(`context: a
projects:
  - name: b
    connectors:
      artefacts: { connectors: [{ path: c.json, name: c }] }
      access_control: [{ principal: "User:connect", topics: { read: [t] } }]
`);
  expect(parse(yaml)).toMatchObject({ kafka: { acls: { 'User:connect': {} } } });
  expect(leftovers.join('\n')).toContain('connectors.artefacts: connectors run in Kafka Connect');
});
