import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { AclOperation, AclResourceType } from '../../../../src/brokers/kafka/fields/acl.ts';
import { kafka } from '../../../../src/brokers/kafka/index.ts';
import { type AclSpec, aclResource } from '../../../../src/brokers/kafka/kinds/acl/spec.ts';
import { type QuotaEntity, quotaResource } from '../../../../src/brokers/kafka/kinds/quota.ts';
import { completeSides, diffResources } from '../../../../src/diff/index.ts';
import { type JsonObject, objectOf, type Resource } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';
import { broker, declareFiles, liveTopic } from '../topology.ts';

/** What `import` does: live resources completed, and written. */
function imported(live: readonly Resource[]) {
  const context = completeSides({ broker: broker() }, [], live, kafka.kinds);
  return kafka.toSections([...context.live.values()], broker());
}

function texts(live: readonly Resource[]): string {
  return imported(live)
    .map(({ name, section, notes }) => `# ${[name, ...notes].join('; ')}\n${stringify(section)}`)
    .join('');
}

/** What is left to do, and what is not covered, when the imported files are planned against what they came from. */
function planOf(live: readonly Resource[]) {
  const files = imported(live).map(({ name, section }) => [name, stringify({ kafka: section })] as const);
  const { resources, findings } = declareFiles(Object.fromEntries(files));
  expect(findings).toEqual([]);
  const context = completeSides({ broker: broker() }, resources, live, kafka.kinds);
  return diffResources({ context, kinds: kafka.kinds, retired: [], owns: ['**'], prune: false });
}

const acl = (more: Partial<AclSpec>): Resource =>
  aclResource('kafka', {
    'resource-type': 'topic',
    name: 'orders',
    pattern: 'literal',
    principal: 'User:app',
    host: '*',
    operation: 'read',
    permission: 'allow',
    ...more,
  });

describe('toSections', () => {
  it('writes configs of groups, subscriptions and brokers as people do, and planning them is empty', () => {
    const configs = (
      kind: string,
      name: string,
      origin: string,
      values: Readonly<Record<string, string>>,
    ) => ({
      address: `kafka/${kind}/${name}`,
      spec: {
        ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`configs.${key}`, value])),
        sources: Object.fromEntries(Object.keys(values).map((key) => [key, { origin }])),
      },
      dependsOn: [],
    });
    const live = [
      configs('group', 'orders', 'group', {
        'consumer.session.timeout.ms': '60000',
        'share.auto.offset.reset': 'by_duration:PT1H',
        'share.renew.acknowledge.enable': 'false',
      }),
      configs('client-metrics', 'all', 'client-metrics', {
        metrics: '*',
        match: 'client_id=a.*,client_id=b',
      }),
      configs('broker-configs', 'cluster', 'dynamic-default-broker', {
        'log.retention.ms': '1209600000',
        'some.plugin.config': 'x',
      }),
    ];
    expect(texts(live)).toBe(`# groups.yaml
groups:
  orders:
    consumer.session.timeout.ms: 1m
    share.auto.offset.reset: by_duration:PT1H
    share.renew.acknowledge.enable: false
# client-metrics.yaml
client-metrics:
  all:
    match:
      - client_id=a.*
      - client_id=b
    metrics: "*"
# broker-configs.yaml
broker-configs:
  log.retention.ms: 14d
  some.plugin.config: x
`);
    expect(planOf(live)).toMatchObject({ changes: [], unmanaged: [] });
  });

  it('writes what a person would have written', () => {
    const three = [
      [1, 2, 3],
      [2, 3, 1],
    ] as const;
    const insync = { 'min.insync.replicas': '2' };
    const live = [
      liveTopic('orders', three, { ...insync, 'retention.ms': '604800000' }),
      liveTopic('orders-dlq', three, { ...insync, 'retention.ms': '2592000000' }),
      liveTopic('accounts', three, { ...insync, 'cleanup.policy': 'compact', 'retention.ms': '604800000' }),
      liveTopic(
        'old',
        [[1]],
        { 'retention.ms': '604800000', 'segment.bytes': '1073741824' },
        {
          sources: { 'segment.bytes': { origin: 'default' } },
        },
      ),
      liveTopic('uneven', [[1, 2], [3]], {
        ...insync,
        'x.text': 'a ${b}',
        'leader.replication.throttled.replicas': '*',
      }),
      liveTopic('__consumer_offsets', [[1]], {}, { spec: { internal: true } }),
      ...(['read', 'write', 'describe'] as const).map((operation) => acl({ operation })),
      acl({ name: 'audit.', pattern: 'prefixed', operation: 'write' }),
      acl({ name: 'audit.', pattern: 'prefixed', operation: 'write', host: '10.0.0.1' }),
      acl({ name: 'kafka-cluster', 'resource-type': 'cluster', operation: 'describe', permission: 'deny' }),
      quotaResource('kafka', {
        entity: { user: null },
        producer_byte_rate: 10_000_000,
        request_percentage: 12.5,
      }),
      { address: 'kafka/user/app', spec: { 'scram-sha-512': { iterations: 4096 } }, dependsOn: [] },
    ];
    expect(texts(live)).toBe(`# topics.yaml; 1 SCRAM user left out: Kafka does not reveal their passwords
topics:
  accounts:
    partitions: 2
    replication-factor: 3
    configs:
      cleanup.policy: compact
      min.insync.replicas: 2
      retention.ms: 7d
  old:
    partitions: 1
    replication-factor: 1
    configs:
      retention.ms: 7d
  orders:
    partitions: 2
    replication-factor: 3
    configs:
      min.insync.replicas: 2
      retention.ms: 7d
  orders-dlq:
    partitions: 2
    replication-factor: 3
    configs:
      min.insync.replicas: 2
      retention.ms: 30d
  uneven:
    replicas:
      - - 1
        - 2
      - - 3
    configs:
      min.insync.replicas: 2
      x.text: a $\${b}
# acls.yaml
acls:
  User:app:
    produces:
      - orders
    consumes:
      - orders
    allow:
      - topic:
          prefix: audit.
        operations:
          - write
        hosts:
          - "*"
          - 10.0.0.1
    deny:
      - cluster: true
        operations:
          - describe
# quotas.yaml
quotas:
  - user: null
    producer_byte_rate: 10MB
    request_percentage: 12.5
`);
    const difference = planOf(live);
    expect(difference.changes).toEqual([]);
    expect(difference.unmanaged).toEqual(['kafka/user/app']);
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const configs = fc.record(
    {
      'retention.ms': fc.constantFrom('-1', '3600000', '604800000', '1234567'),
      'retention.bytes': fc.constantFrom('-1', '1073741824', '999'),
      'cleanup.policy': fc.constantFrom('compact', 'delete', 'compact,delete', 'delete,compact'),
      'flush.messages': fc.constantFrom('1', '9223372036854775807'),
      'min.cleanable.dirty.ratio': fc.constantFrom('0.5', '0.001'),
      preallocate: fc.constantFrom('true', 'false'),
      'vendor.thing': fc.constantFrom('0.50', 'a,b', '${X}', ' x', ''),
    },
    { requiredKeys: [] },
  );
  const replicas = fc.array(fc.constantFrom([1], [1, 2], [2, 1, 3]), { minLength: 1, maxLength: 3 });
  const topics = fc.uniqueArray(fc.tuple(name, replicas, configs), {
    selector: ([one]) => one,
    maxLength: 6,
  });
  const aclSpecs = fc.array(
    fc.record({
      'resource-type': fc.constantFrom<AclResourceType>('topic', 'group', 'transactional-id', 'user'),
      name: fc.constantFrom('a', '*', 'x${y}'),
      pattern: fc.constantFrom('literal' as const, 'prefixed' as const),
      principal: fc.constantFrom('User:a', 'User:CN=x, O=y', 'User:*', 'User:${x}'),
      host: fc.constantFrom('*', '10.0.0.1', '${x}'),
      operation: fc.constantFrom<AclOperation>('read', 'write', 'describe', 'all', 'alter-configs'),
      permission: fc.constantFrom('allow' as const, 'deny' as const),
    }),
    { maxLength: 25 },
  );
  const entity = fc.constantFrom<QuotaEntity>(
    { user: 'a' },
    { user: null, 'client-id': 'b' },
    { 'client-id': null },
    { ip: null },
    { ip: '::1' },
    { user: '${x}', 'client-id': '${x}' },
  );

  it('says nothing about topics that are declared later, whatever all live ones share', () => {
    fc.assert(
      fc.property(topics, replicas, configs, (some, placed, set) => {
        fc.pre(some.length > 0 && !some.some(([topic]) => topic === 'later'));
        const live = some.map(([topic]) => liveTopic(topic, placed, set as Record<string, string>));
        const [section = {}] = imported(live).map((file) => file.section);
        const grown = { ...section, topics: { ...objectOf(section.topics), later: {} } };
        const { resources } = declareFiles({ 'topics.yaml': stringify({ kafka: grown }) });
        expect(resources.find(({ address }) => address === 'kafka/topic/later')?.spec).toEqual({});
      }),
      { numRuns: runs(15) },
    );
  });

  it('plans to nothing, whatever was live', () => {
    fc.assert(
      fc.property(topics, aclSpecs, fc.uniqueArray(entity), (some, acls, entities) => {
        const byAddress = new Map<string, Resource>();
        const quotas = entities.map((one): Resource => {
          const values: JsonObject =
            one.ip === undefined ? { request_percentage: 12.5 } : { connection_creation_rate: 5 };
          return quotaResource('kafka', { entity: one, ...values });
        });
        for (const resource of [
          ...some.map(([topic, placed, set]) => liveTopic(topic, placed, set as Record<string, string>)),
          ...acls.map((spec) => aclResource('kafka', spec)),
          ...quotas,
        ]) {
          byAddress.set(resource.address, resource);
        }
        fc.pre(byAddress.size > 0);
        const { changes, unmanaged } = planOf([...byAddress.values()]);
        expect(changes).toEqual([]);
        expect(unmanaged).toEqual([]);
      }),
      { numRuns: runs(20) },
    );
  });
});
