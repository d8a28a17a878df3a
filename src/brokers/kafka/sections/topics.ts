import type { Json, JsonObject, Resource } from '../../../model/index.ts';
import { nameOf } from '../kinds/parts.ts';
import { replicasIn } from '../kinds/placement.ts';
import { configIn, sourcesIn } from '../kinds/topic-spec.ts';
import { THROTTLE_CONFIGS } from '../specs.ts';
import { writtenConfig } from '../values.ts';

/**
 * `topics`, each with all that was set on it. No `defaults` are inferred: they would also apply to every topic that is
 * declared later, which is not what the cluster does.
 */
export function topicsSection(topics: readonly Resource[]): JsonObject {
  const bodies = topics
    .map((topic) => [nameOf(topic), nested(bodyOf(topic))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return bodies.length === 0 ? {} : { topics: Object.fromEntries(bodies) };
}

/** A body with its configs beside the other keys, as in a spec: `configs.retention.ms`. */
type Flat = Readonly<Record<string, Json>>;

function bodyOf(topic: Resource): Flat {
  const { partitions, 'replication-factor': factor, placement } = topic.spec;
  const replicas = replicasIn(topic);
  // Partitions with different numbers of replicas can only be written out; a declaration that lists them means it.
  if (replicas && (typeof factor !== 'number' || isDeclared(topic))) {
    const lists = Object.keys(replicas)
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => [...(replicas[index] ?? [])]);
    return { replicas: lists, ...configsOf(topic) };
  }
  return {
    ...(typeof partitions === 'number' && { partitions }),
    ...(typeof factor === 'number' && { 'replication-factor': factor }),
    // Only what was declared says how replicas should lie.
    ...(placement !== undefined && { placement }),
    ...configsOf(topic),
  };
}

/** Out of a file, and not read from a cluster. */
function isDeclared({ at }: Resource): boolean {
  return at !== undefined;
}

/** Only what was set on the topic itself; a declaration says nothing else. */
function configsOf(topic: Resource): Flat {
  const sources = sourcesIn(topic);
  const configs = Object.entries(topic.spec).flatMap(([key, value]) => {
    const config = configIn(key);
    if (config === undefined || THROTTLE_CONFIGS.includes(config)) return [];
    const isOwn = isDeclared(topic) || sources[config]?.origin === 'topic';
    return isOwn && value !== null ? [[key, writtenConfig(config, value)] as const] : [];
  });
  return Object.fromEntries(configs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nested(flat: Flat): JsonObject {
  const fields = Object.entries(flat).filter(([key]) => configIn(key) === undefined);
  const configs = Object.entries(flat).flatMap(([key, value]) => {
    const config = configIn(key);
    return config === undefined ? [] : [[config, escaped(value)] as const];
  });
  return {
    ...Object.fromEntries(fields),
    ...(configs.length > 0 && { configs: Object.fromEntries(configs) }),
  };
}

/** A literal text as it is written in YAML, where `${` begins a variable. */
function escaped(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  return Array.isArray(value) ? value.map(escaped) : value;
}
