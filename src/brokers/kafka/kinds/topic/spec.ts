import {
  type Address,
  type Context,
  type Json,
  type JsonObject,
  makeAddress,
  type Resource,
} from '../../../../model/index.ts';
import { normalizeConfig } from '../../fields/config-values.ts';
import { placementOf, replicasIn } from './placement.ts';

/**
 * Specs, one type a kind. A declared and a live resource of one kind have the same shape; keys at the top level
 * that the desired spec lacks are left alone, so everything that a user may leave unsaid is a top-level key.
 *
 * A raw live spec holds config values as the broker prints them, as text: `604800000`, `compact,delete`, `0.5`.
 * `complete` of the kind turns both sides into the same typed values.
 */

/**
 * `<broker>/topic/<name>`.
 *
 * Beside the keys below it holds `configs.<key>` for each topic config, `configs.retention.ms`: a value, or `null`
 * for "as if nobody had set it". Live: the effective value of every config that the desired spec names, or that is one
 * of {@link ALWAYS_READ}, and of a topic that is not declared, or declared with `configs-policy: exclusive`, every
 * override; see `sources` for where it comes from. A live
 * topic that just takes the inherited value satisfies a declared `null`, so `complete` drops that live value; likewise
 * any number of partitions and replicas.
 */
export type TopicSpec = JsonObject & {
  /** Desired: `null` for the broker default, which counts for a new topic only. */
  readonly partitions?: number | null;
  /** Live: the replicas that a partition has once a running reassignment has ended; a list where partitions differ. */
  readonly 'replication-factor'?: number | readonly number[] | null;
  /**
   * Broker ids by partition number, the preferred leader first: `{ "0": [1, 2], "1": [2, 3] }`. Live: likewise as
   * it is once a running reassignment has ended.
   */
  readonly replicas?: Readonly<Record<string, readonly number[]>>;
  /** Live only, for showing: by config key, without `configs.`; for each config that the spec holds. */
  readonly sources?: Readonly<Record<string, ConfigSource>>;
  /**
   * Live only, and only where a reassignment of ours was not seen to its end: it still runs, or just its throttle is
   * there, which `TopicVolatile.moves` tells. A desired `null` and the call `topic.settle` see to it.
   */
  readonly throttle?: 'ours';
  /** Live only: true for `__consumer_offsets` and other topics that are the broker's own. */
  readonly internal?: boolean;
};

export const CONFIG_PREFIX = 'configs.';

/** What risks and lint want to know of a topic even if nobody declares it. */
export const ALWAYS_READ = [
  'cleanup.policy',
  'max.message.bytes',
  'message.timestamp.type',
  'min.insync.replicas',
  'retention.bytes',
  'retention.ms',
  'segment.bytes',
  'segment.ms',
] as const;

/** Written by reassignment tools, and never managed. */
export const THROTTLE_CONFIGS: readonly string[] = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
];

/**
 * Where a config's value comes from, nearest first: `topic` is an override on the topic; `dynamic-broker` was set on
 * one broker and `dynamic-default-broker` on all of them, both at run time; `static-broker` is from server.properties.
 */
export type Origin = 'topic' | 'dynamic-broker' | 'dynamic-default-broker' | 'static-broker' | 'default';

export type ConfigSource = {
  readonly origin: Origin;
  /** For an override: the value, as text, that the topic would have without it. `null`: none. */
  readonly inherited?: { readonly value: string | null; readonly origin: Origin };
};

/** What a topic without overrides has, by config key. */
export type InheritedConfigs = ReadonlyMap<
  string,
  { readonly value: string | null; readonly origin: Origin }
>;

/** Topics that brokers keep for themselves. `org.apache.kafka.common.internals.Topic`, and tiered storage. */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
  '__cluster_metadata',
  '__remote_log_metadata',
]);

export function topicAddress(broker: string, topic: string): Address {
  return makeAddress(broker, 'topic', topic);
}

export function topicResource(broker: string, name: string, spec: JsonObject): Resource {
  return { address: topicAddress(broker, name), spec, needs: [] };
}

/** The spec of a declared or live topic, ready to compare. */
export function completeTopic(resource: Resource, context: Context): JsonObject {
  return context.live.get(resource.address) === resource
    ? completeLive(resource, context.desired.get(resource.address)?.spec)
    : completeDesired(resource, context);
}

/** The config that a key of a spec is about, `retention.ms` of `configs.retention.ms`. */
export function configIn(key: string): string | undefined {
  return key.startsWith(CONFIG_PREFIX) ? key.slice(CONFIG_PREFIX.length) : undefined;
}

/** Where the configs of a live topic come from. */
export function sourcesIn({ spec }: Pick<Resource, 'spec'>): Readonly<Record<string, ConfigSource>> {
  return (spec.sources ?? {}) as unknown as Readonly<Record<string, ConfigSource>>;
}

function completeLive(live: Resource, declared: JsonObject | undefined): JsonObject {
  const sources = sourcesIn(live);
  const spec: Record<string, Json> = {};
  for (const [key, value] of Object.entries(live.spec)) {
    const config = configIn(key);
    if (config === undefined) {
      // The broker default is whatever it has.
      if (declared?.[key] === null) continue;
      spec[key] = key === 'sources' && !declared ? ownSources(sources) : value;
      continue;
    }
    const source = sources[config];
    // What it inherits is no part of a topic that nobody declares: a plan to delete it holds whatever the cluster says.
    if (!declared && source !== undefined && source.origin !== 'topic') continue;
    // "As if nobody had set it" is what it already is.
    if (declared?.[key] === null && source !== undefined && source.origin !== 'topic') continue;
    spec[key] = normalizeConfig(config, value);
  }
  return spec;
}

/** The overrides of a topic, without what would count instead of them. */
function ownSources(sources: Readonly<Record<string, ConfigSource>>): Json {
  return Object.fromEntries(
    Object.entries(sources)
      .filter(([, { origin }]) => origin === 'topic')
      .map(([config, { origin }]) => [config, { origin }]),
  );
}

function completeDesired(resource: Resource, context: Context): JsonObject {
  const { placement: _, 'configs-policy': policy, ...declared } = resource.spec;
  const live = context.live.get(resource.address);
  const replicas = replicasIn(resource) ?? placementOf(resource, context);
  const spec: Record<string, Json> = policy === 'exclusive' && live ? othersUnset(live) : {};
  for (const [key, value] of Object.entries(declared)) {
    const config = configIn(key);
    spec[key] = config === undefined ? value : normalizeConfig(config, value);
  }
  return {
    ...spec,
    ...(replicas && { replicas: replicas as unknown as Json }),
    // A reassignment of ours is seen to its end, whether it was cut off earlier or is to begin.
    ...(live && (replicas || live.spec.throttle !== undefined) && { throttle: null }),
  };
}

/** Every override that the live topic has, returned to what is inherited. What tells no origin was declared. */
function othersUnset(live: Resource): Record<string, Json> {
  const unset: Record<string, Json> = {};
  const sources = sourcesIn(live);
  for (const [key, value] of Object.entries(live.spec)) {
    const config = configIn(key);
    if (config === undefined || value === null || THROTTLE_CONFIGS.includes(config)) continue;
    if ((sources[config]?.origin ?? 'topic') === 'topic') unset[key] = null;
  }
  return unset;
}
