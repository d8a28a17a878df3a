import type { BrokerIdentity } from '../../../model/index.ts';
import type { KafkaFacts } from '../facts.ts';
import type { InheritedConfigs } from '../kinds/configs/spec.ts';
import type { Cluster } from './cluster.ts';
import type { AnyApi } from './protocol/codec.ts';
import { originOf } from './protocol/configs.ts';
import { CreateTopics } from './topics/changes.ts';

/**
 * The cluster's id, version and brokers, and the defaults of a new topic.
 * @param used all that brokerform may ask for beyond a connection
 */
export async function identify(
  cluster: Cluster,
  used: readonly AnyApi[],
): Promise<{ broker: BrokerIdentity; inherited: InheritedConfigs }> {
  const level = cluster.offered.finalized.find((feature) => feature.name === 'metadata.version')?.max;
  const checked = await checkNewTopic(cluster);
  const facts: KafkaFacts = {
    brokers: cluster.brokers.map(({ id, rack }) => (rack === null ? { id } : { id, rack })),
    ...(level !== undefined && { 'metadata-version': level }),
    ...(checked && { defaults: checked.defaults }),
    missing: used.filter((api) => !cluster.offers(api)).map((api) => api.name),
  };
  const broker = {
    name: cluster.settings.broker,
    type: 'kafka',
    id: cluster.id,
    version: softwareVersion(cluster),
    facts,
  };
  return { broker, inherited: checked?.inherited ?? new Map() };
}

/**
 * The release that brought each level of `metadata.version` (MetadataVersion.java; `kafka-storage version-mapping`).
 * A release may have several; the first is named here.
 */
const RELEASES: readonly (readonly [level: number, release: string])[] = [
  [1, '3.0'],
  [2, '3.1'],
  [3, '3.2'],
  [4, '3.3'],
  [8, '3.4'],
  [9, '3.5'],
  [12, '3.6'],
  [15, '3.7'],
  [20, '3.8'],
  [21, '3.9'],
  [22, '4.0'],
  [26, '4.1'],
  [28, '4.2'],
  [30, '4.3'],
  [31, '4.4'],
];

/** Requests that came with a release, for clusters with ZooKeeper, which have no `metadata.version`. */
const MILESTONES: readonly (readonly [key: number, release: string])[] = [
  [68, '3.5'],
  [65, '3.0'],
  [60, '2.8'],
  [57, '2.7'],
  [48, '2.6'],
  [47, '2.4'],
];

/** Kafka does not report its version. This is the newest release whose features the broker has, as major.minor. */
export function softwareVersion({ offered }: Pick<Cluster, 'offered'>): string {
  const level = offered.supported.find((feature) => feature.name === 'metadata.version')?.max;
  if (level !== undefined) return RELEASES.findLast(([first]) => first <= level)?.[1] ?? '3.0';
  const keys = new Set(offered.ranges.map((range) => range.key));
  return MILESTONES.find(([key]) => keys.has(key))?.[1] ?? '2.0';
}

/**
 * Asks the controller to check the creation of a topic without any settings, which shows what it would get. Nothing
 * is created. Undefined where we may not create a topic of that name, or a policy is against it.
 */
async function checkNewTopic(
  cluster: Cluster,
): Promise<{ defaults: Record<string, string>; inherited: InheritedConfigs } | undefined> {
  if (!cluster.offers(CreateTopics)) return undefined;
  const name = 'brokerform-asks-for-defaults';
  const topic = { name, partitions: -1, replicationFactor: -1, replicas: [], configs: [] };
  const request = { topics: [topic], timeout: cluster.settings.timeout, validateOnly: true };
  const response = await cluster.request(CreateTopics, request, 'controller');
  const [checked] = response.topics;
  if (checked?.error !== 0 || checked.configs.length === 0) return undefined;
  const configs = checked.configs.filter((config) => !config.sensitive);
  return {
    defaults: {
      'num.partitions': String(checked.partitions),
      'default.replication.factor': String(checked.replicationFactor),
      ...Object.fromEntries(
        configs.flatMap(({ name: key, value }) => (value === null ? [] : [[key, value]])),
      ),
    },
    inherited: new Map(
      configs.map(({ name: key, value, source }) => [key, { value, origin: originOf(source) }]),
    ),
  };
}
