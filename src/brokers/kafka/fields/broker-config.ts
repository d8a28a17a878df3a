import {
  type ConfigField,
  type ConfigTable,
  configsSchema,
  FOREVER,
  fieldOf,
  off,
  ref,
  type SectionSchema,
  time,
} from './field.ts';
import { TOPIC_CONFIGS } from './topic-configs.ts';

/** Configs of brokers that are the default of a topic config under another name. */
const TOPIC_DEFAULTS: Readonly<Record<string, string>> = {
  'log.cleaner.delete.retention.ms': 'delete.retention.ms',
  'log.cleaner.max.compaction.lag.ms': 'max.compaction.lag.ms',
  'log.cleaner.min.cleanable.ratio': 'min.cleanable.dirty.ratio',
  'log.cleaner.min.compaction.lag.ms': 'min.compaction.lag.ms',
  'log.cleanup.policy': 'cleanup.policy',
  'log.flush.interval.messages': 'flush.messages',
  'log.flush.interval.ms': 'flush.ms',
  'log.index.interval.bytes': 'index.interval.bytes',
  'log.index.size.max.bytes': 'segment.index.bytes',
  'log.local.retention.bytes': 'local.retention.bytes',
  'log.local.retention.ms': 'local.retention.ms',
  'log.message.timestamp.after.max.ms': 'message.timestamp.after.max.ms',
  'log.message.timestamp.before.max.ms': 'message.timestamp.before.max.ms',
  'log.message.timestamp.type': 'message.timestamp.type',
  'log.preallocate': 'preallocate',
  'log.retention.bytes': 'retention.bytes',
  'log.retention.ms': 'retention.ms',
  'log.roll.jitter.ms': 'segment.jitter.ms',
  'log.roll.ms': 'segment.ms',
  'log.segment.bytes': 'segment.bytes',
  'log.segment.delete.delay.ms': 'file.delete.delay.ms',
  'message.max.bytes': 'max.message.bytes',
};

/** Those of the same name. */
const SHARED = [
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.type',
  'compression.zstd.level',
  'min.insync.replicas',
  'unclean.leader.election.enable',
];

/** The topic config that a broker config is the default of. */
export function topicConfigOf(name: string): string | undefined {
  if (SHARED.includes(name)) return name;
  return Object.hasOwn(TOPIC_DEFAULTS, name) ? TOPIC_DEFAULTS[name] : undefined;
}

const threads = { type: 'int', minimum: 1 } as const;
const connections = { type: 'int', default: '2147483647', minimum: 0 } as const;
const rate = { type: 'long', unit: 'bytes', default: FOREVER, minimum: 1 } as const;
const buffer = { type: 'int', unit: 'bytes', default: '1048588', minimum: 524_288 } as const;

const OTHERS: ConfigTable = {
  'background.threads': { ...threads, default: '10', doc: 'Threads for background work.' },
  'group.consumer.assignment.interval.ms': interval('consumer'),
  'group.coordinator.cached.buffer.max.bytes': {
    ...buffer,
    doc: 'The largest write buffer that the group coordinator keeps for reuse.',
  },
  'group.share.assignment.interval.ms': interval('share'),
  'group.streams.assignment.interval.ms': interval('streams'),
  'log.cleaner.backoff.ms': {
    ...time,
    default: '15000',
    doc: 'How long the log cleaner sleeps when there is nothing to clean.',
  },
  'log.cleaner.dedupe.buffer.size': {
    type: 'long',
    unit: 'bytes',
    default: '134217728',
    doc: 'Memory of all cleaner threads for the newest offset of each key.',
  },
  'log.cleaner.io.buffer.load.factor': {
    type: 'double',
    default: '0.9',
    doc: 'How full the memory for the newest offsets may become.',
  },
  'log.cleaner.io.buffer.size': {
    type: 'int',
    unit: 'bytes',
    default: '524288',
    minimum: 0,
    doc: 'Memory of all cleaner threads for reading and writing.',
  },
  'log.cleaner.io.max.bytes.per.second': {
    type: 'double',
    default: '1.7976931348623157E308',
    doc: 'How much the log cleaner may read and write in a second.',
  },
  'log.cleaner.threads': { ...threads, default: '1', minimum: 0, doc: 'Threads of the log cleaner.' },
  'max.connection.creation.rate': {
    ...connections,
    doc: 'Connections that each broker accepts in a second.',
  },
  'max.connections': { ...connections, doc: 'Connections that each broker has at a time.' },
  'max.connections.per.ip': { ...connections, doc: 'Connections that each broker has with one IP address.' },
  'max.connections.per.ip.overrides': {
    type: 'list',
    default: '',
    doc: 'Other limits for IP addresses or host names: `10.0.0.1:200`.',
  },
  'num.io.threads': { ...threads, default: '8', doc: 'Threads that process requests.' },
  'num.network.threads': { ...threads, default: '3', doc: 'Threads that read requests and send responses.' },
  'num.recovery.threads.per.data.dir': {
    ...threads,
    default: '2',
    doc: 'Threads for each data directory that recover logs at start and flush them at shutdown.',
  },
  'num.replica.fetchers': {
    ...threads,
    default: '1',
    doc: 'Threads that copy records from each other broker.',
  },
  'producer.id.expiration.ms': {
    ...time,
    type: 'int',
    default: '86400000',
    minimum: 1,
    doc: 'How long a broker remembers a silent idempotent producer.',
  },
  'remote.fetch.max.wait.ms': {
    ...time,
    type: 'int',
    default: '500',
    minimum: 1,
    doc: 'How long a fetch waits for records in remote storage.',
  },
  'remote.list.offsets.request.timeout.ms': {
    ...time,
    default: '30000',
    minimum: 1,
    doc: 'How long a request for offsets waits for remote storage.',
  },
  'remote.log.index.file.cache.total.size.bytes': {
    type: 'long',
    unit: 'bytes',
    default: '1073741824',
    minimum: 1,
    doc: 'Disk space of each broker for indexes of segments in remote storage.',
  },
  'remote.log.manager.copier.thread.pool.size': {
    ...threads,
    default: '10',
    doc: 'Threads that copy segments to remote storage.',
  },
  'remote.log.manager.copy.max.bytes.per.second': {
    ...rate,
    doc: 'How much each broker copies to remote storage in a second.',
  },
  'remote.log.manager.expiration.thread.pool.size': {
    ...threads,
    default: '10',
    doc: 'Threads that delete expired segments in remote storage.',
  },
  'errors.deadletterqueue.auto.create.topics.enable': {
    ...off,
    since: '4.4',
    doc: 'Whether brokers create the topic for the dead letters of a share group.',
  },
  'errors.deadletterqueue.topic.name.prefix': {
    type: 'text',
    default: 'dlq.',
    since: '4.4',
    doc: 'How the name of a topic for the dead letters of a share group must begin.',
  },
  'remote.log.manager.fetch.max.bytes.per.second': {
    ...rate,
    doc: 'How much each broker fetches from remote storage in a second.',
  },
  'remote.log.manager.follower.thread.pool.size': {
    ...threads,
    default: '2',
    doc: 'Threads that read the highest offset in remote storage.',
  },
  'remote.log.reader.threads': { ...threads, default: '10', doc: 'Threads that read remote storage.' },
  'share.coordinator.cached.buffer.max.bytes': {
    ...buffer,
    doc: 'The largest write buffer that the share coordinator keeps for reuse.',
  },
  'transaction.partition.verification.enable': {
    type: 'boolean',
    default: 'true',
    doc: 'Whether a partition is checked to be part of a transaction before records of it are written.',
  },
};

function interval(type: string): ConfigField {
  return {
    ...{ ...time, type: 'int', default: '1000' },
    doc: `The shortest time between two assignments of a ${type} group.`,
  };
}

function topicDefault(name: string, topic: string): ConfigField {
  const field = fieldOf(TOPIC_CONFIGS, topic);
  if (!field) throw new Error(`no topic config ${topic}`);
  const doc = name === topic ? field.doc : `The default of the topic config \`${topic}\`. ${field.doc}`;
  return { ...field, doc };
}

/**
 * Every config that all brokers of Kafka 3.7 to 4.3 take at run time, as `DynamicBrokerConfig` of 3.7.2 and 4.3.1 has
 * it, without plug-ins (`metric.reporters`, `config.providers`); of 4.4 what dead letters of share groups need.
 * {@link https://kafka.apache.org/documentation/#dynamicbrokerconfigs}
 */
export const BROKER_CONFIGS: ConfigTable = Object.fromEntries(
  [
    ...SHARED.map((name) => [name, topicDefault(name, name)] as const),
    ...Object.entries(TOPIC_DEFAULTS).map(([name, topic]) => [name, topicDefault(name, topic)] as const),
    ...Object.entries(OTHERS),
  ].sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** Configs that only one broker can have, as they name its addresses, files or secrets (`PER_BROKER_CONFIGS`). */
const OF_ONE_BROKER =
  /^(?:(?:advertised\.)?listeners|listener\..*|sasl\..*|ssl\..*|principal\.builder\.class|cordoned\.log\.dirs)$/;
/** Set while replicas move, and for a single broker. */
const THROTTLES = /^(?:(?:leader|follower)\.replication\.throttled\.rate|replica\.alter\.log\.dirs\..*)$/;
/** Read once, when a broker starts; the beginning of most such names. */
const READ_ONLY =
  /^(?:advertised\.|authorizer\.|auto\.create\.|broker\.|controller\.|controlled\.|default\.replication\.|delete\.topic\.|early\.start\.|inter\.broker\.|log\.dirs?$|log\.retention\.(?:hours|minutes|check\.)|log\.roll\.(?:jitter\.)?hours$|log\.flush\.(?:offset|scheduler|start)|metadata\.|node\.id$|num\.partitions$|offsets\.|process\.roles$|queued\.|quota\.|replica\.|request\.|socket\.|transaction\.(?:max|remove|state)|transactional\.|zookeeper\.)/;

/** Why a config cannot be the same for all brokers at run time; undefined where it can, or is not known. */
export function whyNotForAll(name: string): string | undefined {
  if (THROTTLES.test(name)) return 'limits moves of replicas, and is set while replicas move';
  if (OF_ONE_BROKER.test(name)) return 'belongs to a single broker, with its addresses, files and secrets';
  if (READ_ONLY.test(name)) return 'is read once, when a broker starts';
  return undefined;
}

export const brokerConfigSchema: SectionSchema = {
  properties: { 'broker-configs': ref('broker-configs') },
  $defs: {
    'broker-configs': configsSchema(
      'Configs of all brokers, set at run time. `null` removes one: the brokers return to server.properties. Configs that are not named here are not changed.',
      BROKER_CONFIGS,
    ),
  },
};
