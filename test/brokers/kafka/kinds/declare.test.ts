import { describe, expect, it } from 'vitest';
import { declareFiles, declareYaml } from '../topology.ts';

describe('topics', () => {
  it('take what they do not say from defaults of their own section', () => {
    const { get, findings } = declareYaml(
      `kafka:
  defaults: { partitions: 12, replication-factor: 3, configs: { min.insync.replicas: 2, retention.ms: 7d } }
  topics:
    a: {}
    b: { partitions: 3, configs: { retention.ms: 1d, min.insync.replicas: null } }
    c:`,
      'kafka: { topics: { d: {} } }',
    );
    expect(findings).toEqual([]);
    const common = {
      partitions: 12,
      'replication-factor': 3,
      'configs.min.insync.replicas': 2,
      'configs.retention.ms': 604_800_000,
    };
    expect(get('kafka/topic/a').spec).toEqual(common);
    expect(get('kafka/topic/c').spec).toEqual(common);
    expect(get('kafka/topic/b').spec).toEqual({
      ...common,
      partitions: 3,
      'configs.min.insync.replicas': null,
      'configs.retention.ms': 86_400_000,
    });
    expect(get('kafka/topic/d').spec).toEqual({});
    expect(get('kafka/topic/b').places?.['configs.retention.ms']).toMatchObject({ line: 5, col: 36 });
    expect(get('kafka/topic/a').places?.['configs.retention.ms']).toMatchObject({ line: 2, col: 89 });
  });

  it('opt out of a default of the section', () => {
    const { get, findings } = declareYaml(
      'kafka: { defaults: { partitions: 12, replication-factor: 3 }, topics: { a: { replication-factor: null }, b: { partitions: null } } }',
    );
    expect(findings).toEqual([]);
    expect(get('kafka/topic/a').spec).toEqual({ partitions: 12, 'replication-factor': null });
    expect(get('kafka/topic/b').spec).toEqual({ partitions: null, 'replication-factor': 3 });
  });

  it('are changed by an environment, before defaults count', () => {
    const { get, findings } = declareFiles(
      {
        'brokerform.yaml': `project: p
topologies: [a.yaml]
brokers: { kafka: { type: kafka, bootstrap: ["localhost:9092"] } }
environments:
  local:
    overrides: { "kafka/topic/*": { replication-factor: 1, configs: { min.insync.replicas: 1 } } }`,
        'a.yaml':
          'kafka: { defaults: { replication-factor: 3, configs: { min.insync.replicas: 2, retention.ms: 1d } }, topics: { a: {} } }',
      },
      'local',
    );
    expect(findings).toEqual([]);
    expect(get('kafka/topic/a').spec).toEqual({
      'replication-factor': 1,
      'configs.min.insync.replicas': 1,
      'configs.retention.ms': 86_400_000,
    });
  });

  it('with replicas have them instead of numbers', () => {
    const { get, findings } = declareYaml(
      'kafka: { defaults: { partitions: 12, replication-factor: 3 }, topics: { a: { replicas: [[1, 2], [2]] } } }',
    );
    expect(findings).toEqual([]);
    expect(get('kafka/topic/a').spec).toEqual({
      partitions: 2,
      'replication-factor': [1, 2],
      replicas: { 0: [1, 2], 1: [2] },
    });
  });

  it.each([
    ['topics: { __consumer_offsets: {} }', 'kafka/reserved-name 2:13'],
    ['topics: { __transaction_state: {} }', 'kafka/reserved-name 2:13'],
    ['topics: { __cluster_metadata: { internal: true } }', 'kafka/reserved-name 2:13'],
    ['topics: { orders: { internal: true } }', 'kafka/reserved-name 2:13'],
    ['topics: { __consumer_offsets: { internal: true, partitions: 9 } }', 'kafka/reserved-name 2:51'],
    [
      'topics: { __consumer_offsets: { internal: true, configs-policy: exclusive } }',
      'kafka/reserved-name 2:51',
    ],
    ['topics: { a b: {} }', 'kafka/bad-name 2:13'],
    ['topics: { "..": {} }', 'kafka/bad-name 2:13'],
    ['topics: { ü: {} }', 'kafka/bad-name 2:13'],
    [`topics: { ${'x'.repeat(250)}: {} }`, 'kafka/bad-name 2:13'],
    ['topics: { a: { configs: { retention.ms: 7 days } } }', 'kafka/bad-value 2:29'],
    ['topics: { a: { configs: { retention.ms: 1.5ms } } }', 'kafka/bad-value 2:29'],
    ['topics: { a: { configs: { min.insync.replicas: 0 } } }', 'kafka/bad-value 2:29'],
    [
      'topics: { a: { configs: { leader.replication.throttled.replicas: "*" } } }',
      'kafka/reserved-config 2:29',
    ],
    ['topics: { a: { replicas: [[1]], partitions: 2 } }', 'kafka/given-twice 2:35'],
    ['acls: { app: { produces: [a] } }', 'kafka/bad-name 2:11'],
    ['acls: { "User:a": { allow: [{ operations: [read] }] } }', 'kafka/acl-resource 2:31'],
    [
      'acls: { "User:a": { allow: [{ topic: a, group: b, operations: [read] }] } }',
      'kafka/acl-resource 2:31',
    ],
    ['quotas: [{ producer_byte_rate: 1 }]', 'kafka/quota-entity 2:12'],
    ['quotas: [{ ip: 1.1.1.1, user: a, connection_creation_rate: 1 }]', 'kafka/quota-entity 2:12'],
    ['quotas: [{ ip: 1.1.1.1, producer_byte_rate: 1 }]', 'kafka/quota-entity 2:27'],
    ['quotas: [{ user: a, producer_byte_rate: 1 MB/h }]', 'kafka/bad-value 2:23'],
    ['users: { a: { scram-sha-256: { password: secret } } }', 'kafka/literal-secret 2:34'],
    ['users: { a: { scram-sha-256: { password: "$${SECRET}" } } }', 'kafka/literal-secret 2:34'],
    ['topics: { a: { partitons: 2 } }', 'load/unknown-key 2:18'],
    ['topics: { a: { partitions: 0 } }', 'load/wrong-value 2:30'],
    ['topics: { a: { configs: { cleanup.policy: deleted } } }', 'kafka/bad-value 2:29'],
  ])('%s is an error at its place', (yaml, expected) => {
    const { diagnostics } = declareYaml(`kafka:\n  ${yaml}`);
    expect(diagnostics.map(({ code, at }) => `${code} ${at?.line}:${at?.col}`)).toEqual([expected]);
  });

  it('may be declared once, and both places are named', () => {
    const { diagnostics } = declareYaml('kafka: { topics: { a: {} } }', 'kafka: { topics: { a: {} } }');
    expect(diagnostics).toMatchObject([
      {
        code: 'kafka/declared-twice',
        message: 'topic a is declared twice',
        at: { line: 1, col: 20 },
        related: [{ line: 1, col: 20 }],
      },
    ]);
    expect(diagnostics[0]?.at?.file).not.toBe(diagnostics[0]?.related?.[0]?.file);
  });
});

describe('ACLs', () => {
  it('expand shorthands, one ACL for each operation, each at the place of its name', () => {
    const { resources, findings } = declareYaml(`kafka:
  acls:
    User:app:
      produces: [orders, { prefix: "audit." }]
      consumes: [orders]
      groups: ["*"]
      transactional-ids: [app]`);
    expect(findings).toEqual([]);
    const short = resources.map(({ spec, at }) =>
      [spec['resource-type'], spec.pattern, spec.name, spec.operation, at?.line].join(' '),
    );
    expect(short).toEqual([
      'topic literal orders write 4',
      'topic literal orders describe 4',
      'topic prefixed audit. write 4',
      'topic prefixed audit. describe 4',
      'topic literal orders read 5',
      'group literal * read 6',
      'group literal * describe 6',
      'transactional-id literal app write 7',
      'transactional-id literal app describe 7',
    ]);
  });

  it('written out are one for each operation, name and host', () => {
    const { resources, findings } = declareYaml(`kafka:
  acls:
    User:app:
      allow:
        - { topic: [a, b], operations: [read], hosts: [10.0.0.1, 10.0.0.2] }
        - { cluster: true, operations: [describe] }
      deny: [{ group: { prefix: x }, operations: [all] }]`);
    expect(findings).toEqual([]);
    expect(resources.map(({ address }) => address)).toEqual([
      'kafka/acl/topic/literal/a/User%3Aapp/allow/read/10.0.0.1',
      'kafka/acl/topic/literal/a/User%3Aapp/allow/read/10.0.0.2',
      'kafka/acl/topic/literal/b/User%3Aapp/allow/read/10.0.0.1',
      'kafka/acl/topic/literal/b/User%3Aapp/allow/read/10.0.0.2',
      'kafka/acl/cluster/literal/kafka-cluster/User%3Aapp/allow/describe/%2A',
      'kafka/acl/group/prefixed/x/User%3Aapp/deny/all/%2A',
    ]);
  });

  it('may be implied and written out, but not written out twice', () => {
    const raw = '{ topic: a, operations: [describe] }';
    const implied = declareYaml(`kafka: { acls: { "User:app": { produces: [a], allow: [${raw}] } } }`);
    expect(implied.findings).toEqual([]);
    const twice = declareYaml(`kafka: { acls: { "User:app": { allow: [${raw}, ${raw}] } } }`);
    expect(twice.findings).toEqual([
      'kafka/declared-twice 1:78 acl User:app allow describe on topic a is declared twice',
    ]);
  });
});

describe('users and quotas', () => {
  it('keep a password as it is written, and read sizes', () => {
    const { get, findings } = declareYaml(`kafka:
  users: { app: { scram-sha-512: { password: "\${APP_PASSWORD}", iterations: 8192 } } }
  quotas: [{ user: app, client-id: null, producer_byte_rate: 10MB/s }]`);
    expect(findings).toEqual([]);
    expect(get('kafka/user/app').spec).toEqual({
      'scram-sha-512': { password: { $secret: '${APP_PASSWORD}' }, iterations: 8192 },
    });
    expect(get('kafka/quota/user/app/default-client-id').spec).toEqual({
      entity: { user: 'app', 'client-id': null },
      producer_byte_rate: 10_000_000,
    });
  });
});
