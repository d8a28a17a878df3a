import { eachOf } from '../../../../model/concurrency.ts';
import { chunksOf, type JsonObject, type Resource } from '../../../../model/index.ts';
import {
  CONFIG_PREFIX,
  type ConfigSource,
  configsIn,
  type InheritedConfigs,
  THROTTLE_CONFIGS,
} from '../../kinds/configs/spec.ts';
import { ALWAYS_READ, type TopicSpec, topicAddress } from '../../kinds/topic/spec.ts';
import type { Cluster } from '../cluster.ts';
import type { Wanted } from '../kind-session.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { DescribeConfigs, type DescribedResource, originOf, TOPIC } from '../protocol/configs.ts';
import { CODE, isLeaderless } from '../protocol/errors.ts';
import { listReassignments, type Reassignment } from '../reassignment/reassignments.ts';
import { isOurThrottle } from '../reassignment/throttle.ts';
import { refused } from '../refusals.ts';

/** Topics in one DescribeConfigs: some 2 MB of answer. */
const CHUNK = 500;

/** Requests for chunks at a time: the next one is under way while an answer is taken apart. */
export const CONCURRENT = 2;

/**
 * Live topics with all that a spec says, in at most two Metadata, one ListPartitionReassignments and a DescribeConfigs
 * for every 500 topics.
 * @throws ConnectionError, BrokerError
 */
export async function readTopics(
  cluster: Cluster,
  wanted: Wanted,
  inherited: Promise<InheritedConfigs>,
): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  const [metadata, moves] = await Promise.all([findTopics(cluster, wanted), listReassignments(cluster)]);
  const topics = metadata.filter(
    ({ name, error }) =>
      error !== CODE.UNKNOWN_TOPIC_OR_PARTITION &&
      wanted.includes({ address: topicAddress(broker, name), dependsOn: [] }),
  );
  for (const { name, error } of topics) {
    // A topic whose partitions have no leader for the moment is there all the same.
    if (error === 0 || isLeaderless(error)) continue;
    const right = { operation: 'Describe', topic: name } as const;
    throw refused(cluster.settings, { op: 'read topics', code: error, right });
  }
  const described = await describeTopics(
    cluster,
    topics.map((topic) => topic.name),
    (name) => comparedConfigs(wanted.desired.get(topicAddress(broker, name))),
  );
  const defaults = await inherited;
  return topics.flatMap((topic): Resource[] => {
    const configs = described.get(topic.name);
    // Deleted since the metadata was read.
    if (!configs) return [];
    const address = topicAddress(broker, topic.name);
    const declared = wanted.desired.get(address)?.spec ?? {};
    return [
      { address, spec: toSpec(topic, configs, declared, moves.get(topic.name), defaults), dependsOn: [] },
    ];
  });
}

/**
 * The metadata of all topics in the scope. A broker leaves a topic that the user may not describe out of a list of all
 * topics, without a word, as if it did not exist; asked for it by name, it says why. So what is declared or retired is
 * always asked for by name.
 */
async function findTopics(
  cluster: Cluster,
  { names, all }: Pick<Wanted, 'names' | 'all'>,
): Promise<TopicMetadata[]> {
  const listed = all ? await cluster.metadata(null) : [];
  const known = new Set(listed.map(({ name }) => name));
  const unlisted = [...names].filter((name) => !known.has(name));
  const asked = unlisted.length > 0 ? await cluster.metadata(unlisted) : [];
  return [...listed, ...asked];
}

type Configs = DescribedResource['configs'];

/**
 * The configs of a topic that a plan looks at: a broker takes far longer to describe all of them. `null`, all, where
 * overrides count that are not declared.
 */
function comparedConfigs(desired: Resource | undefined): readonly string[] | null {
  if (!desired || desired.spec['configs-policy'] === 'exclusive') return null;
  const declared = configsIn(desired.spec).map(([config]) => config);
  return [...new Set([...ALWAYS_READ, ...THROTTLE_CONFIGS, ...declared])];
}

/**
 * Configs of topics by name: all of them, or the keys that are asked for. A topic that is gone is missing.
 * @throws BrokerError when we may not see one.
 */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  keysOf: (name: string) => readonly string[] | null = () => null,
): Promise<Map<string, Configs>> {
  const found = new Map<string, Configs>();
  await eachOf(chunksOf(names, { items: CHUNK }), CONCURRENT, async (chunk) => {
    const resources = chunk.map((name) => ({ type: TOPIC, name, keys: keysOf(name) }));
    const response = await cluster.read(DescribeConfigs, { resources, synonyms: true });
    for (const { name, error, message, configs } of response.resources) {
      if (error === CODE.UNKNOWN_TOPIC_OR_PARTITION) continue;
      const right = { operation: 'DescribeConfigs', topic: name } as const;
      if (error !== 0)
        throw refused(cluster.settings, { op: 'read topic configs', code: error, message, right });
      found.set(name, configs);
    }
  });
  return found;
}

function toSpec(
  topic: TopicMetadata,
  configs: Configs,
  declared: JsonObject,
  moves: ReadonlyMap<number, Reassignment> | undefined,
  inherited: InheritedConfigs,
): TopicSpec {
  const partitions = [...topic.partitions].sort((a, b) => a.index - b.index);
  const replicas = partitions.map(({ index, replicas }) => moves?.get(index)?.to ?? replicas);
  const factors = [...new Set(replicas.map((ids) => ids.length))].sort((a, b) => a - b);
  const spec: Record<string, JsonObject[string]> = {
    partitions: partitions.length,
    'replication-factor': factors.length === 1 ? (factors[0] ?? 0) : factors,
    replicas: Object.fromEntries(partitions.map(({ index }, i) => [String(index), replicas[i] ?? []])),
  };
  const sources: Record<string, ConfigSource> = {};
  let ours = false;
  for (const config of configs) {
    const { name, value, source, sensitive } = config;
    if (THROTTLE_CONFIGS.includes(name)) {
      ours ||= isOurThrottle(value ?? '');
      continue;
    }
    const origin = originOf(source);
    const key = `${CONFIG_PREFIX}${name}`;
    if (origin !== 'topic' && !(key in declared) && !ALWAYS.has(name)) continue;
    if (sensitive) continue;
    spec[key] = value;
    sources[name] = origin === 'topic' ? { origin, ...inheritedBy(config, inherited) } : { origin };
  }
  return {
    ...spec,
    sources,
    ...(ours && { throttle: 'ours' }),
    ...(topic.internal && { internal: true }),
  };
}

const ALWAYS: ReadonlySet<string> = new Set(ALWAYS_READ);

/**
 * What the topic would have without its override: the next synonym. Where a broker derives it, `retention.ms` from
 * `log.retention.hours`, there is none, and what a new topic would get is the same.
 */
function inheritedBy(
  { name, synonyms }: Configs[number],
  inherited: InheritedConfigs,
): Pick<ConfigSource, 'inherited'> {
  const next = synonyms.find((synonym) => originOf(synonym.source) !== 'topic');
  const found = next ? { value: next.value, origin: originOf(next.source) } : inherited.get(name);
  return found ? { inherited: found } : {};
}
