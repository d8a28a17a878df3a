import { type ConfigTable, configsSchema, mapOf, off, type SectionSchema, time } from './field.ts';

const heartbeat = {
  ...time,
  type: 'int',
  default: '5000',
  minimum: 1,
  doc: 'How often a member reports to the coordinator. Must be shorter than the session timeout.',
} as const;
const session = {
  ...time,
  type: 'int',
  default: '45000',
  minimum: 1,
  doc: 'How long a member may be silent before the coordinator removes it.',
} as const;
const assignment = {
  ...time,
  type: 'int',
  default: '1000',
  since: '4.3',
  doc: 'The shortest time between two assignments.',
} as const;

const CONSUMER: ConfigTable = {
  'consumer.assignment.interval.ms': assignment,
  'consumer.heartbeat.interval.ms': heartbeat,
  'consumer.session.timeout.ms': session,
};

/** https://cwiki.apache.org/confluence/display/KAFKA/KIP-1191 */
const DEAD_LETTERS: ConfigTable = {
  'errors.deadletterqueue.copy.record.enable': {
    ...off,
    since: '4.4',
    doc: 'Whether dead letters of a share group are copies of the records; otherwise they only tell where these are.',
  },
  'errors.deadletterqueue.topic.name': {
    type: 'text',
    default: '',
    since: '4.4',
    doc: 'The topic for what a share group gives up or rejects. Its name starts with `dlq.`, or the prefix that brokers require, and it has `errors.deadletterqueue.group.enable`.',
  },
};

const SHARE: ConfigTable = {
  'share.assignment.interval.ms': assignment,
  'share.auto.offset.reset': {
    type: 'text',
    default: 'latest',
    doc: 'Where a share group begins that has read nothing yet: `latest`, `earliest`, or `by_duration:` and an ISO 8601 duration, `by_duration:PT1H`.',
  },
  'share.delivery.count.limit': {
    type: 'int',
    default: '5',
    minimum: 2,
    since: '4.3',
    doc: 'How often a record is delivered before the share group gives it up.',
  },
  'share.heartbeat.interval.ms': heartbeat,
  'share.isolation.level': {
    type: 'text',
    values: ['read_committed', 'read_uncommitted'],
    default: 'read_uncommitted',
    since: '4.1',
    doc: 'Whether records of open and aborted transactions are delivered.',
  },
  'share.partition.max.record.locks': {
    type: 'int',
    default: '2000',
    minimum: 100,
    since: '4.3',
    doc: 'How many records of a partition may be delivered and not yet acknowledged.',
  },
  'share.record.lock.duration.ms': {
    ...time,
    type: 'int',
    default: '30000',
    minimum: 1000,
    doc: 'How long a consumer has for a record before another one may get it.',
  },
  'share.renew.acknowledge.enable': {
    ...off,
    default: 'true',
    since: '4.3',
    doc: 'Whether consumers may renew the lock of a record.',
  },
  'share.session.timeout.ms': session,
};

const STREAMS: ConfigTable = {
  'streams.assignment.interval.ms': assignment,
  'streams.heartbeat.interval.ms': { ...heartbeat, since: '4.1' },
  'streams.initial.rebalance.delay.ms': {
    ...time,
    type: 'int',
    default: '3000',
    since: '4.2',
    doc: 'How long the coordinator of a new group waits for more members before it assigns tasks.',
  },
  'streams.num.standby.replicas': {
    type: 'int',
    default: '0',
    minimum: 0,
    since: '4.1',
    doc: 'How many members keep a copy of the state of each task.',
  },
  'streams.session.timeout.ms': { ...session, since: '4.1' },
};

/**
 * Every group config of Kafka 4.0 to 4.3, as `GroupConfig` of 4.3.1 has it, with the releases whose class names it; of 4.4
 * the dead letters of share groups, as 4.4.0 has them.
 * {@link https://kafka.apache.org/documentation/#groupconfigs}
 */
export const GROUP_CONFIGS: ConfigTable = { ...CONSUMER, ...DEAD_LETTERS, ...SHARE, ...STREAMS };

export const groupSchema: SectionSchema = {
  properties: {
    groups: mapOf('Configs of consumer, share and streams groups by the name of the group.', 'group'),
  },
  $defs: {
    group: configsSchema(
      'Configs of a group, which may not exist yet. `null` resets a config to its inherited value. Configs that are not named here are not changed.',
      GROUP_CONFIGS,
    ),
  },
};
