import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/model/index.ts';
import type { ListedTopic } from './stranger.ts';

/** Configs as people write them, and as the cluster tells them. */
const CONFIGS: Readonly<Record<string, readonly (readonly [written: Json, listed: string])[]>> = {
  'retention.ms': [
    ['7d', '604800000'],
    ['1h30m', '5400000'],
    [-1, '-1'],
  ],
  'retention.bytes': [
    ['1GiB', '1073741824'],
    [{ $int: '9007199254740995' }, '9007199254740995'],
  ],
  'segment.bytes': [['16MiB', '16777216']],
  'cleanup.policy': [
    ['compact', 'compact'],
    [['delete', 'compact'], 'compact,delete'],
  ],
  'max.message.bytes': [['2MB', '2000000']],
  'min.cleanable.dirty.ratio': [
    [0.001, '0.001'],
    ['0.50', '0.5'],
  ],
  'compression.type': [['zstd', 'zstd']],
  'message.timestamp.type': [['LogAppendTime', 'LogAppendTime']],
  'unclean.leader.election.enable': [
    [true, 'true'],
    ['false', 'false'],
  ],
  'min.insync.replicas': [[1, '1']],
};

/** Configs of groups, as 4.1 and later have them. */
const GROUP_CONFIGS: Readonly<Record<string, readonly Json[]>> = {
  'consumer.session.timeout.ms': ['50s', 45_000],
  'consumer.heartbeat.interval.ms': ['6s', '5000'],
  'share.auto.offset.reset': ['earliest', 'latest'],
  'share.isolation.level': ['read_committed'],
  'share.record.lock.duration.ms': ['20s', 30_000],
  'streams.num.standby.replicas': [1, '2'],
};

/** Configs of subscriptions, without their metrics. */
const SUBSCRIPTION_CONFIGS: Readonly<Record<string, readonly Json[]>> = {
  'interval.ms': ['1m', 300_000],
  match: [['client_id=a.*', 'client_software_name=b'], 'client_source_port=1'],
};

/** Configs of all brokers that other tests on the cluster do not notice. */
const BROKER_CONFIGS: Readonly<Record<string, readonly Json[]>> = {
  'log.cleaner.backoff.ms': ['14s', 15_000],
  'log.index.interval.bytes': ['8KiB', '4096'],
  'producer.id.expiration.ms': ['2d', 86_400_000],
};

const TOPICS = ['t1', 't2', 't3', 't4'];
const USERS = ['alice', 'bob'];

interface GeneratedTopic {
  readonly partitions: number;
  readonly 'replication-factor': number;
  /** Which of the values of each config. */
  readonly configs: Readonly<Record<string, readonly [written: Json, listed: string]>>;
}

interface GeneratedRule {
  readonly list: 'allow' | 'deny';
  readonly group: string;
  readonly isPrefix: boolean;
  readonly host: string;
}

/** Names are without the prefix that tells one test's topics from another's. */
export interface GeneratedTopology {
  readonly topics: Readonly<Record<string, GeneratedTopic>>;
  /** Topics by user. */
  readonly produces: Readonly<Record<string, readonly string[]>>;
  readonly consumes: Readonly<Record<string, readonly string[]>>;
  /** Rules beside the shorthands, by user: on groups and prefixes, denials, hosts. */
  readonly rules: Readonly<Record<string, readonly GeneratedRule[]>>;
  /** Bytes a second, by user. */
  readonly quotas: Readonly<Record<string, number>>;
  /** The same of one client of the user. */
  readonly clientQuotas: Readonly<Record<string, number>>;
  /** Iterations by mechanism, by user. */
  readonly users: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly groups: Readonly<Record<string, JsonObject>>;
  readonly subscriptions: Readonly<Record<string, JsonObject>>;
  readonly brokerConfigs: JsonObject;
}

export const NOTHING: GeneratedTopology = {
  ...{ topics: {}, produces: {}, consumes: {}, rules: {}, quotas: {}, clientQuotas: {}, users: {} },
  ...{ groups: {}, subscriptions: {}, brokerConfigs: {} },
};

/** Any of these configs, each with one of its values. */
function configsOf(table: Readonly<Record<string, readonly Json[]>>): fc.Arbitrary<JsonObject> {
  const values = Object.entries(table).map(([name, ways]) => [name, fc.constantFrom(...ways)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
}

const names = fc.constantFrom('one', 'two');

const configs = fc.record(
  Object.fromEntries(Object.entries(CONFIGS).map(([name, values]) => [name, fc.constantFrom(...values)])),
  { requiredKeys: [] },
);

const grants = fc.dictionary(fc.constantFrom(...USERS), fc.uniqueArray(fc.constantFrom(...TOPICS)));

export const topologies: fc.Arbitrary<GeneratedTopology> = fc.record({
  topics: fc.dictionary(
    fc.constantFrom(...TOPICS),
    fc.record({
      partitions: fc.integer({ min: 1, max: 4 }),
      'replication-factor': fc.integer({ min: 1, max: 3 }),
      configs: configs as fc.Arbitrary<GeneratedTopic['configs']>,
    }),
  ),
  produces: grants,
  consumes: grants,
  rules: fc.dictionary(
    fc.constantFrom(...USERS),
    fc.uniqueArray(
      fc.record({
        list: fc.constantFrom('allow', 'deny'),
        group: names,
        isPrefix: fc.boolean(),
        host: fc.constantFrom('*', '10.0.0.1'),
      }),
      { maxLength: 3, selector: (rule) => JSON.stringify(rule) },
    ),
  ),
  quotas: fc.dictionary(fc.constantFrom(...USERS), fc.constantFrom(1_000_000, 2_500_000)),
  clientQuotas: fc.dictionary(fc.constantFrom(...USERS), fc.constantFrom(1_000_000, 2_500_000)),
  users: fc.dictionary(
    fc.constantFrom(...USERS),
    fc.dictionary(fc.constantFrom('scram-sha-256', 'scram-sha-512'), fc.constantFrom(4096, 5000), {
      minKeys: 1,
    }),
  ),
  groups: fc.dictionary(names, configsOf(GROUP_CONFIGS)),
  subscriptions: fc.dictionary(
    names,
    fc
      .tuple(
        fc.constantFrom(['*'], 'org.apache.kafka.producer.', ['b.', 'a.']),
        configsOf(SUBSCRIPTION_CONFIGS),
      )
      .map(([metrics, others]): JsonObject => ({ metrics, ...others })),
  ),
  brokerConfigs: configsOf(BROKER_CONFIGS),
});

/** @param hasGroups whether the release has group configs */
export function sectionOf(topology: GeneratedTopology, prefix: string, hasGroups = true): JsonObject {
  const prefixed = (bodies: Readonly<Record<string, JsonObject>>) =>
    Object.fromEntries(Object.entries(bodies).map(([name, body]) => [prefix + name, body]));
  const named = (names: readonly string[] = []) => names.map((name) => prefix + name);
  const topics = Object.entries(topology.topics).map(([name, topic]) => {
    const configs = Object.entries(topic.configs).map(([config, [written]]) => [config, written] as const);
    return [prefix + name, { ...topic, configs: Object.fromEntries(configs) }] as const;
  });
  const rulesOf = (user: string, list: GeneratedRule['list']) =>
    (topology.rules[user] ?? [])
      .filter((rule) => rule.list === list)
      .map(({ group, isPrefix, host }) => ({
        group: isPrefix ? { prefix: prefix + group } : prefix + group,
        operations: ['read'],
        hosts: [host],
      }));
  const acls = USERS.map((user) => [
    `User:${prefix}${user}`,
    {
      ...{ produces: named(topology.produces[user]), consumes: named(topology.consumes[user]) },
      ...{ allow: rulesOf(user, 'allow'), deny: rulesOf(user, 'deny') },
    },
  ]);
  const quotas = [
    ...Object.entries(topology.quotas).map(([user, rate]) => ({
      user: prefix + user,
      producer_byte_rate: rate,
    })),
    ...Object.entries(topology.clientQuotas).map(([user, rate]) => ({
      ...{ user: prefix + user, 'client-id': `${prefix}client` },
      ...{ consumer_byte_rate: rate, request_percentage: 12.5 },
    })),
  ];
  const users = Object.entries(topology.users).map(([user, mechanisms]) => [
    prefix + user,
    Object.fromEntries(
      Object.entries(mechanisms).map(([name, iterations]) => [name, { password: '${SECRET}', iterations }]),
    ),
  ]);
  return {
    defaults: { 'configs-policy': 'exclusive' },
    topics: Object.fromEntries(topics),
    acls: Object.fromEntries(acls),
    quotas,
    users: Object.fromEntries(users),
    ...(hasGroups && { groups: prefixed(topology.groups) }),
    'client-metrics': prefixed(topology.subscriptions),
    ...(Object.keys(topology.brokerConfigs).length > 0 && { 'broker-configs': topology.brokerConfigs }),
  };
}

/** What the cluster is to list of it. */
export function listingOf(topology: GeneratedTopology, prefix: string): Map<string, ListedTopic> {
  // A topic inherits it from what all brokers are told.
  const interval = topology.brokerConfigs['log.index.interval.bytes'] === '8KiB' ? '8192' : '4096';
  const listed = Object.entries(topology.topics).map(([name, topic]): [string, ListedTopic] => {
    const { partitions, 'replication-factor': factor } = topic;
    const configs = Object.entries(topic.configs).map(([config, [, value]]) => [config, value] as const);
    return [
      prefix + name,
      {
        partitions,
        replicas: Array(partitions).fill(factor),
        configs: { ...Object.fromEntries(configs), 'index.interval.bytes': interval },
      },
    ];
  });
  return new Map(listed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the shorthands stand for, as {@link Stranger.acls} tells it. */
export function aclsOf({ produces, consumes }: GeneratedTopology, prefix: string): string[] {
  const lines = (granted: GeneratedTopology['produces'], operation: string) =>
    Object.entries(granted).flatMap(([user, names]) =>
      names.flatMap((name) =>
        [operation, 'describe'].map((one) => `User:${prefix}${user} ${one} ${prefix}${name}`),
      ),
    );
  return [...new Set([...lines(produces, 'write'), ...lines(consumes, 'read')])].sort();
}
