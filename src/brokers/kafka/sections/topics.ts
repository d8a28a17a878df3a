import { canonicalJson, type Json, type JsonObject, type Resource } from '../../../model/index.ts';
import { nameOf } from '../kinds/parts.ts';
import { replicasIn } from '../kinds/placement.ts';
import { configIn, sourcesIn } from '../kinds/topic-spec.ts';
import { THROTTLE_CONFIGS } from '../specs.ts';
import { writtenConfig } from '../values.ts';

/** `topics`, and what most of them have in common as `defaults`. */
export function topicsSection(topics: readonly Resource[]): JsonObject {
  const bodies = topics
    .map((topic) => [nameOf(topic), bodyOf(topic)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (bodies.length === 0) return {};
  const defaults = commonOf(bodies.map(([, body]) => body));
  const rest = bodies.map(([name, body]) => [name, without(body, defaults)] as const);
  return {
    ...written(defaults, 'defaults'),
    topics: Object.fromEntries(rest.map(([name, body]) => [name, nested(body)])),
  };
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

/**
 * Values that make the file shorter as defaults. A topic that lacks such a config says `null`, which costs a line,
 * and so does one with another value, as it did before.
 */
function commonOf(bodies: readonly Flat[]): Flat {
  const common: Record<string, Json> = {};
  const keys = new Set(bodies.flatMap((body) => Object.keys(body)));
  keys.delete('replicas');
  for (const key of [...keys].sort()) {
    const counts = new Map<string, { value: Json; count: number }>();
    let missing = 0;
    for (const body of bodies) {
      const value = body[key];
      if (value === undefined) {
        if (!isSaidElsewhere(body, key)) missing++;
        continue;
      }
      const text = canonicalJson(value);
      const entry = counts.get(text) ?? { value, count: 0 };
      counts.set(text, { ...entry, count: entry.count + 1 });
    }
    // Only a config can say `null`; another key that a topic lacks is left to the cluster.
    if (missing > 0 && configIn(key) === undefined) continue;
    const best = [...counts.entries()].sort(
      ([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1),
    )[0]?.[1];
    if (best && best.count - 1 > missing) common[key] = best.value;
  }
  return common;
}

function isSaidElsewhere(body: Flat, key: string): boolean {
  return body.replicas !== undefined && configIn(key) === undefined;
}

function without(body: Flat, defaults: Flat): Flat {
  const rest: Record<string, Json> = {};
  for (const [key, value] of Object.entries(body)) {
    if (canonicalJson(value) !== canonicalJson(defaults[key] ?? null)) rest[key] = value;
  }
  for (const key of Object.keys(defaults)) {
    if (body[key] === undefined && configIn(key) !== undefined) rest[key] = null;
  }
  return rest;
}

function written(flat: Flat, key: string): JsonObject {
  return Object.keys(flat).length === 0 ? {} : { [key]: nested(flat) };
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
