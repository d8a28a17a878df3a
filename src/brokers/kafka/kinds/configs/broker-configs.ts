import { type Body, type Context, destructive, disruptive, isObject } from '../../../../model/index.ts';
import { defaultOf } from '../../facts.ts';
import {
  BROKER_CONFIGS,
  brokerConfigSchema,
  topicConfigOf,
  whyNotForAll,
} from '../../fields/broker-config.ts';
import type { Collector, Update } from '../kind.ts';
import type { ConfigKind } from './kind.ts';
import {
  type ConfigRisk,
  REPLICATION_RISKS,
  rowRisks,
  shorterTombstones,
  smallerMessages,
  type Usual,
} from './risks.ts';
import { sourcesIn } from './spec.ts';

/** The name in the address: there is one resource of the kind in a cluster. */
export const CLUSTER = 'cluster';

const RISKS: readonly ConfigRisk[] = [
  {
    configs: ['log.retention.ms'],
    when: 'lowered',
    risk: (time) =>
      destructive('retention-lowered', `deletes records older than ${time} in every topic that inherits it`),
  },
  {
    configs: ['log.retention.bytes'],
    when: 'lowered',
    risk: (size) =>
      destructive(
        'retention-lowered',
        `deletes the oldest records of partitions over ${size} in every topic that inherits it`,
      ),
  },
  {
    configs: ['log.cleanup.policy'],
    when: 'changed',
    risk: (policy) =>
      destructive('policy-changed', `old records go by ${policy} in every topic that inherits it`),
  },
  shorterTombstones('log.cleaner.delete.retention.ms'),
  smallerMessages('message.max.bytes'),
  ...REPLICATION_RISKS,
  {
    configs: ['log.message.timestamp.type'],
    when: 'changed',
    risk: (type) =>
      disruptive('timestamps', `new records have timestamps by ${type}; retention goes by them`),
  },
  {
    configs: ['max.connections', 'max.connections.per.ip', 'max.connection.creation.rate'],
    when: 'lowered',
    risk: (count) => disruptive('fewer-connections', `clients over ${count} connections wait or are dropped`),
  },
  {
    configs: ['max.connections.per.ip.overrides'],
    when: 'changed',
    risk: () => disruptive('fewer-connections', 'clients over the new limits are dropped'),
  },
  {
    configs: ['num.io.threads', 'num.network.threads', 'num.replica.fetchers'],
    when: 'lowered',
    risk: () => disruptive('fewer-threads', 'requests or replication may become slower'),
  },
  {
    configs: ['producer.id.expiration.ms'],
    when: 'lowered',
    risk: (time) =>
      disruptive(
        'producers-forgotten',
        `retries of producers that are silent for ${time} may be written twice`,
      ),
  },
  {
    configs: ['transaction.partition.verification.enable'],
    when: false,
    risk: () =>
      disruptive('no-verification', 'late writes may leave transactions open, and consumers stop there'),
  },
];

/** `<broker>/broker-configs/cluster`: what is set at run time for all brokers. */
export const brokerConfigs: ConfigKind = {
  kind: 'broker-configs',
  noun: 'broker config',
  plural: 'broker configs',
  op: 'broker.configs',
  table: BROKER_CONFIGS,
  schema: brokerConfigSchema,
  own: 'dynamic-default-broker',
  pins: true,
  title: () => 'broker configs of the cluster',
  quoted: () => 'the cluster',
  entries(sectionBody) {
    const { section, value } = sectionBody;
    const body = value['broker-configs'];
    return isObject(body)
      ? [[CLUSTER, { section, value: body, at: section.at(value, 'broker-configs') }]]
      : [];
  },
  written: ([first]) => ({ 'broker-configs': first?.[1] ?? {} }),
  isLeftOut: (config) => whyNotForAll(config) !== undefined,
  check,
  usual,
  risks: (effective) => rowRisks(RISKS, effective),
  deleted: () => ({
    class: 'safe',
    code: 'configs-reset',
    message: 'the brokers return to server.properties',
  }),
};

/** What counts where nothing is set for all brokers: what a new topic inherits, else Kafka's default. */
function usual({ before }: Update, { broker }: Context, byTable: Usual): Usual {
  const sources = sourcesIn(before);
  return (config) => {
    const topic = topicConfigOf(config);
    // What a new topic inherits is our own value where there is one.
    return topic === undefined || sources[config]?.origin === 'dynamic-default-broker'
      ? byTable(config)
      : defaultOf(broker.facts, topic);
  };
}

function check(collector: Collector, _name: string, { section, value }: Body): void {
  for (const config of Object.keys(value)) {
    const reason = whyNotForAll(config);
    if (reason === undefined) continue;
    const message = `${config} cannot be set for all brokers: it ${reason}`;
    collector.error('reserved-config', section.at(value, config), message, {
      hint: config.endsWith('throttled.rate')
        ? 'set reassignment.throttle of the broker in brokerform.yaml'
        : 'set it in server.properties, and restart the brokers one by one',
    });
  }
}
