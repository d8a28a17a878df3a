import { describe, expect, it } from 'vitest';
import { kafka } from '../../../../src/brokers/kafka/index.ts';
import { rules } from '../../../../src/brokers/kafka/rules/index.ts';
import { completeSides } from '../../../../src/diff/index.ts';
import { lintTopology } from '../../../../src/lint/index.ts';
import type { JsonObject } from '../../../../src/model/index.ts';
import { broker, declareYaml } from '../topology.ts';

interface Options {
  readonly environment?: string;
  readonly version?: string;
  readonly facts?: JsonObject;
  readonly rule?: JsonObject;
}

/** `line:word` of what each finding of one rule points at. The YAML stands below `kafka:`, which is line 1. */
function findings(code: string, yaml: string, options: Options = {}): string[] {
  const text = `kafka:\n${yaml.replaceAll(/^/gm, '  ')}`;
  const { resources, findings: problems } = declareYaml(text);
  expect(problems).toEqual([]);
  const identity = broker(options.facts ?? {}, options.version);
  const context = completeSides({ broker: identity }, resources, [], kafka.kinds);
  return lintTopology({
    brokers: [{ broker: identity, versionKnown: true, resources: [...context.desired.values()], rules }],
    environment: options.environment,
    config: { rules: options.rule ? { [`kafka/${code}`]: options.rule } : {} },
    suppressions: [],
  })
    .diagnostics.filter((diagnostic) => diagnostic.code === `kafka/${code}`)
    .map(({ at }) => {
      const line = text.split('\n')[(at?.line ?? 0) - 1] ?? '';
      const [word] = /^(?:[\w.*-]+|\{)/.exec(line.slice((at?.col ?? 0) - 1).replaceAll('"', '')) ?? [];
      return `${at?.line}:${word}`;
    });
}

const t = (body: string) => `topics:\n  t: ${body}`;

/** Code, YAML, where the findings are, and what differs from offline work without a version. */
const CASES: readonly (readonly [code: string, yaml: string, at: readonly string[], options?: Options])[] = [
  [
    'min-insync-over-replication',
    t('{ replication-factor: 1, configs: { min.insync.replicas: 2 } }'),
    ['3:min.insync.replicas'],
  ],
  ['min-insync-over-replication', t('{ replication-factor: 2, configs: { min.insync.replicas: 2 } }'), []],
  ['min-insync-over-replication', t('{ configs: { min.insync.replicas: 2 } }'), []],
  // What the cluster has counts where the topic says nothing.
  [
    'min-insync-over-replication',
    t('{ replication-factor: 1 }'),
    ['3:replication-factor'],
    { facts: { defaults: { 'min.insync.replicas': '2' } } },
  ],
  [
    'min-insync-over-replication',
    t('{ replicas: [[1, 2, 3], [1]], configs: { min.insync.replicas: 2 } }'),
    ['3:min.insync.replicas'],
  ],
  [
    'min-insync-equals-replication',
    t('{ replication-factor: 3, configs: { min.insync.replicas: 3 } }'),
    ['3:min.insync.replicas'],
  ],
  ['min-insync-equals-replication', t('{ replication-factor: 1, configs: { min.insync.replicas: 1 } }'), []],
  ['min-insync-one', t('{ replication-factor: 3 }'), ['3:t']],
  [
    'min-insync-one',
    t('{ replication-factor: 3 }'),
    [],
    { facts: { defaults: { 'min.insync.replicas': '2' } } },
  ],
  ['min-insync-one', t('{ replication-factor: 2 }'), []],
  ['replication-factor-one', t('{ replication-factor: 1 }'), ['3:replication-factor']],
  [
    'replication-factor-one',
    t('{ replication-factor: 1 }'),
    ['3:replication-factor'],
    { environment: 'staging' },
  ],
  ['replication-factor-one', t('{ replication-factor: 1 }'), [], { environment: 'local' }],
  ['replication-factor-one', t('{ replication-factor: 1 }'), [], { environment: 'production' }],
  ['replication-factor-one', t('{ replication-factor: 2 }'), []],
  [
    'replication-factor-one-in-production',
    t('{ replication-factor: 1 }'),
    ['3:replication-factor'],
    { environment: 'prod-eu' },
  ],
  ['replication-factor-one-in-production', t('{ replication-factor: 1 }'), [], { environment: 'staging' }],
  ['retention-shorter-than-segment', t('{ configs: { retention.ms: 1d } }'), ['3:retention.ms']],
  ['retention-shorter-than-segment', t('{ configs: { retention.ms: 7d } }'), []],
  ['retention-shorter-than-segment', t('{ configs: { retention.ms: 1d, cleanup.policy: compact } }'), []],
  [
    'retention-shorter-than-segment',
    t('{ configs: { retention.ms: 1d } }'),
    [],
    { facts: { defaults: { 'segment.ms': '3600000' } } },
  ],
  ['retention-shorter-than-segment', t('{ configs: { retention.bytes: 1MiB } }'), ['3:retention.bytes']],
  ['unlimited-topic', t('{ configs: { retention.ms: -1 } }'), ['3:retention.ms']],
  ['unlimited-topic', t('{ configs: { cleanup.policy: [] } }'), ['3:cleanup.policy']],
  [
    'unlimited-topic',
    t('{ configs: { retention.ms: -1, remote.storage.enable: true, local.retention.ms: 1d } }'),
    [],
  ],
  [
    'unlimited-topic',
    t('{ configs: { retention.ms: -1, remote.storage.enable: true, local.retention.ms: -1 } }'),
    ['3:retention.ms'],
  ],
  [
    'unlimited-topic',
    t('{ configs: { retention.ms: -1, remote.storage.enable: true } }'),
    ['3:retention.ms'],
  ],
  ['unlimited-topic', t('{ configs: { retention.ms: -1, local.retention.ms: 1d } }'), ['3:retention.ms']],
  ['unlimited-topic', t('{ configs: { retention.ms: -1, retention.bytes: 1GiB } }'), []],
  ['unlimited-topic', t('{ configs: { retention.ms: -1, cleanup.policy: compact } }'), []],
  [
    'retention-ignored',
    t('{ configs: { cleanup.policy: compact, retention.bytes: 1GiB } }'),
    ['3:retention.bytes'],
  ],
  ['retention-ignored', t('{ configs: { cleanup.policy: [compact, delete], retention.bytes: 1GiB } }'), []],
  ['compaction-ignored', t('{ configs: { max.compaction.lag.ms: 1d } }'), ['3:max.compaction.lag.ms']],
  ['compaction-ignored', t('{ configs: { max.compaction.lag.ms: null } }'), []],
  ['compaction-with-deletion', t('{ configs: { cleanup.policy: [compact, delete] } }'), ['3:cleanup.policy']],
  ['compaction-with-deletion', t('{ configs: { cleanup.policy: [compact, delete], retention.ms: -1 } }'), []],
  [
    'compacted-dead-letter',
    'topics:\n  t.dlt: { configs: { cleanup.policy: compact } }',
    ['3:cleanup.policy'],
  ],
  ['name-collision', 'topics:\n  a.b_c: {}\n  a_b.c: {}', ['4:a_b.c']],
  ['name-collision', 'topics:\n  a.b: {}\n  a-b: {}', []],
  [
    'dead-letter-source-missing',
    'topics:\n  orders-dlq: {}\n  bills.DLT: {}\n  c_dead-letter: {}\n  c: {}\n  order: {}\n  bill: {}',
    ['3:orders-dlq', '4:bills.DLT'],
  ],
  ['dead-letter-source-missing', 'topics:\n  dlq: {}\n  adlq: {}', []],
  // Named after a consumer.
  ['dead-letter-source-missing', 'topics:\n  shop.orders.paid: {}\n  shop.orders.mailer-dlq: {}', []],
  [
    'dead-letter-fewer-partitions',
    'topics:\n  a: { partitions: 3 }\n  a-dlq: { partitions: 2 }',
    ['4:partitions'],
  ],
  ['dead-letter-fewer-partitions', 'topics:\n  a: { partitions: 3 }\n  a-dlq: {}', []],
  [
    'dead-letter-shorter-retention',
    'topics:\n  a: {}\n  a-dlq: { configs: { retention.ms: 1d } }',
    ['4:retention.ms'],
  ],
  [
    'dead-letter-shorter-retention',
    'topics:\n  a: { configs: { retention.bytes: 2GiB } }\n  a-dlq: { configs: { retention.bytes: 1GiB } }',
    ['4:retention.bytes'],
  ],
  ['dead-letter-shorter-retention', 'topics:\n  a: { configs: { retention.bytes: 2GiB } }\n  a-dlq: {}', []],
  [
    'dead-letter-shorter-retention',
    'topics:\n  a: { configs: { cleanup.policy: compact } }\n  a-dlq: { configs: { retention.ms: 1d } }',
    [],
  ],
  [
    'refused-configs',
    t('{ configs: { local.retention.ms: 8d, remote.storage.enable: true } }'),
    ['3:local.retention.ms'],
  ],
  [
    'refused-configs',
    t('{ configs: { local.retention.ms: -2, retention.ms: 1d, remote.storage.enable: true } }'),
    [],
  ],
  [
    'refused-configs',
    t('{ configs: { remote.storage.enable: true, cleanup.policy: compact } }'),
    ['3:remote.storage.enable'],
  ],
  ['refused-configs', t('{ configs: { segment.bytes: 100KiB } }'), ['3:segment.bytes']],
  ['refused-configs', t('{ configs: { segment.bytes: 100KiB } }'), [], { version: '3.9.1' }],
  ['segment-smaller-than-message', t('{ configs: { segment.bytes: 2MiB } }'), []],
  [
    'segment-smaller-than-message',
    t('{ configs: { segment.bytes: 1MB, max.message.bytes: 2MB } }'),
    ['3:max.message.bytes'],
  ],
  [
    'unclean-leader-election',
    t('{ configs: { unclean.leader.election.enable: true } }'),
    ['3:unclean.leader.election.enable'],
  ],
  ['too-many-partitions', t('{ partitions: 201 }'), ['3:partitions']],
  ['too-many-partitions', t('{ partitions: 200 }'), []],
  ['too-many-partitions', t('{ partitions: 201 }'), [], { rule: { limit: 500 } }],
  ['unknown-config', t('{ configs: { retention.msec: 1 } }'), ['3:retention.msec']],
  [
    'unsupported-config',
    t('{ configs: { compression.zstd.level: 3 } }'),
    ['3:compression.zstd.level'],
    { version: '3.7' },
  ],
  ['unsupported-config', t('{ configs: { compression.zstd.level: 3 } }'), [], { version: '3.8' }],
  ['unsupported-config', t('{ configs: { message.downconversion.enable: true } }'), [], { version: '3.9' }],
  ['removed-config', t('{ configs: { message.downconversion.enable: true } }'), [], { version: '3.9' }],
  [
    'removed-config',
    t('{ configs: { message.downconversion.enable: true } }'),
    ['3:message.downconversion.enable'],
    { version: '4' },
  ],
  [
    'unsupported-broker-default',
    t('{ partitions: null, replication-factor: null }'),
    ['3:partitions', '3:replication-factor'],
    { version: '2.3' },
  ],
  ['unsupported-broker-default', t('{ replication-factor: null }'), [], { version: '2.4' }],
  ['unsupported-broker-default', t('{}'), [], { version: '2.3' }],
  [
    'unsupported-kind',
    'groups:\n  a: {}\nclient-metrics:\n  b: { metrics: "*" }',
    ['3:a'],
    { version: '3.7' },
  ],
  ['unsupported-kind', 'groups:\n  a: {}', [], { version: '4' }],
  ['unsupported-kind', 'broker-configs: { num.io.threads: 4 }', [], { version: '3.0' }],
  [
    'unsupported-config',
    'groups:\n  a: { share.isolation.level: read_committed, share.auto.offset.reset: latest }',
    ['3:share.isolation.level'],
    { version: '4.0' },
  ],
  [
    'unsupported-config',
    'broker-configs: { compression.lz4.level: 3 }',
    ['2:compression.lz4.level'],
    { version: '3.7' },
  ],
  ['unknown-config', 'groups:\n  a: { share.lock: 3, consumer.session.timeout.ms: 1m }', ['3:share.lock']],
  ['unknown-config', 'client-metrics:\n  a: { metrics: "*", interval: 3 }', ['3:interval']],
  ['unknown-config', 'broker-configs: { log.retention.ms: 1d, num.io.thread: 3 }', ['2:num.io.thread']],
  ['acl-grants-everything', 'acls:\n  User:a:\n    allow: [{ cluster: true, operations: [all] }]', ['4:{']],
  ['acl-grants-everything', 'acls:\n  User:a:\n    deny: [{ topic: "*", operations: [all] }]', []],
  ['acl-grants-everything', 'acls:\n  User:a:\n    consumes: ["*"]', []],
  ['acl-grants-everything', 'acls:\n  User:*:\n    produces: [a]', ['4:a']],
  [
    'acl-host-never-matches',
    'acls:\n  User:a:\n    allow:\n      - { topic: a, operations: [read], hosts: [10.0.0.0/8] }\n      - { topic: a, operations: [read], hosts: ["2001:db8::1", app.example, "::ffff:10.0.0.1", 010.0.0.1] }\n' +
      '      - { topic: a, operations: [write], hosts: ["*", 10.0.0.1, "2001:db8:0:0:0:0:0:1", "fe80:0:0:0:0:0:0:1%eth0"] }\n    deny:\n      - { topic: a, operations: [read], hosts: [localhost] }',
    ['5:{', '6:{', '6:{', '6:{', '6:{', '9:{'],
  ],
  [
    'acl-operation-ignored',
    'acls:\n  User:a:\n    allow:\n      - { group: a, operations: [write, read, all] }\n      - { topic: a, operations: [write, idempotent-write] }\n      - { cluster: true, operations: [idempotent-write] }\n' +
      '    deny:\n      - { transactional-id: a, operations: [read, two-phase-commit] }',
    ['5:{', '6:{', '9:{'],
  ],
  ['acl-star-in-name', 'acls:\n  User:a:\n    produces: ["*", { prefix: "a*" }]', ['4:{', '4:{']],
  ['consumer-without-group', 'acls:\n  User:a:\n    consumes: [a, b]', ['4:a']],
  [
    'consumer-without-group',
    'acls:\n  User:a:\n    consumes: [a]\n    allow: [{ group: { prefix: x }, operations: [all] }]',
    [],
  ],
];

describe('lint rules', () => {
  it.each(
    CASES.map(
      (one) => [`${one[0]}: ${JSON.stringify(one[1])} ${JSON.stringify(one[3] ?? {})}`, one] as const,
    ),
  )('kafka/%s', (_title, [code, yaml, at, options]) => {
    expect(findings(code, yaml, options)).toEqual(at);
  });

  it('each have a case that finds something and one that does not', () => {
    const untested = rules
      .map(({ code }) => code.replace('kafka/', ''))
      .filter((code) => !CASES.some(([name, , at]) => name === code && at.length > 0));
    expect(untested).toEqual([]);
  });
});
