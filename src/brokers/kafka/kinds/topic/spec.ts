import {
  type Address,
  type Context,
  type Json,
  type JsonObject,
  makeAddress,
  parseAddress,
  type Resource,
} from '../../../../model/index.ts';
import { topicValues } from '../../fields/config-values.ts';
import { brokerDefaultKeys } from '../../fields/topic.ts';
import {
  CONFIG_PREFIX,
  type ConfigSource,
  configIn,
  configsIn,
  isInherited,
  sourcesIn,
  THROTTLE_CONFIGS,
} from '../configs/spec.ts';
import { placementOf, replicasIn } from './placement.ts';

/**
 * `<broker>/topic/<name>`.
 *
 * Also holds `configs.<key>` for each topic config, such as `configs.retention.ms`: a value, or `null` for "inherited".
 * Live: the effective values of the configs that the desired spec names and of {@link ALWAYS_READ}; for undeclared
 * topics and those with `configs-policy: exclusive`, all overrides. `sources` has the origin of each. A live topic
 * that inherits a value satisfies a declared `null`, so `complete` drops that live value; likewise any number of
 * partitions and replicas.
 */
export type TopicSpec = JsonObject & {
  /** Desired: `null` for the broker default, which counts for a new topic only. */
  readonly partitions?: number | null;
  /** Live: replicas of a partition at the end of a running reassignment; a list where partitions differ. */
  readonly 'replication-factor'?: number | readonly number[] | null;
  /**
   * Broker ids by partition number, preferred leader first: `{ "0": [1, 2], "1": [2, 3] }`. Live: at the end of a
   * running reassignment.
   */
  readonly replicas?: Readonly<Record<string, readonly number[]>>;
  /** Live only, for display: the source of each config in the spec, by key without `configs.`. */
  readonly sources?: Readonly<Record<string, ConfigSource>>;
  /**
   * Live only: an unfinished reassignment of ours, which still runs or has left its throttle; `TopicMetrics.moves`
   * distinguishes the two. A desired `null` and the call `topic.settle` finish it.
   */
  readonly throttle?: 'ours';
  /** True for internal topics such as `__consumer_offsets`. */
  readonly internal?: boolean;
};

/** Configs that risks and lint need even if they are not declared. */
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

/** Internal topics of brokers. `org.apache.kafka.common.internals.Topic`, and tiered storage. */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
  '__cluster_metadata',
  '__remote_log_metadata',
]);

/** Whether it is a topic of the brokers, which make it themselves. */
export function isInternal({ address, spec }: Pick<Resource, 'address' | 'spec'>): boolean {
  return spec.internal === true || INTERNAL_TOPICS.has(parseAddress(address).path[0] ?? '');
}

export function topicAddress(broker: string, topic: string): Address {
  return makeAddress(broker, 'topic', topic);
}

/** The spec of a declared or live topic, ready to compare. */
export function completeTopic(resource: Resource, context: Context): JsonObject {
  return context.live.get(resource.address) === resource
    ? completeLive(resource, context.desired.get(resource.address)?.spec)
    : completeDesired(resource, context);
}

function completeLive(live: Resource, declared: JsonObject | undefined): JsonObject {
  const sources = sourcesIn(live);
  const spec: Record<string, Json> = {};
  for (const [key, value] of Object.entries(live.spec)) {
    const config = configIn(key);
    if (config === undefined) {
      // Any live value satisfies the broker default. Other keys can be `null` too: `throttle` is, to be removed.
      if (declared?.[key] === null && brokerDefaultKeys.includes(key)) continue;
      spec[key] = key === 'sources' && !declared ? overrideSources(sources) : value;
      continue;
    }
    // Inherited values are not part of an undeclared topic: a plan to delete it stays valid if they change. One that is
    // declared as `null` is satisfied by them.
    if ((!declared || declared[key] === null) && isInherited(live, config, 'topic')) continue;
    spec[key] = topicValues.normalize(config, value);
  }
  if (isInternal(live)) spec.internal = true;
  return spec;
}

/** The overrides of a topic, without the values that they hide. */
function overrideSources(sources: Readonly<Record<string, ConfigSource>>): Json {
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
  const spec: Record<string, Json> = policy === 'exclusive' && live ? resetOverrides(live) : {};
  for (const [key, value] of Object.entries(declared)) {
    const config = configIn(key);
    spec[key] = config === undefined ? value : topicValues.normalize(config, value);
  }
  return {
    ...spec,
    ...(replicas && { replicas: replicas as unknown as Json }),
    // Our reassignment is finished, whether it was interrupted or begins with this plan.
    ...(live && (replicas || live.spec.throttle !== undefined) && { throttle: null }),
  };
}

/** All overrides of the live topic, reset to inherited values. A config without a source was declared. */
function resetOverrides(live: Resource): Record<string, Json> {
  const own = configsIn(live.spec).filter(
    ([config, value]) =>
      value !== null && !THROTTLE_CONFIGS.includes(config) && !isInherited(live, config, 'topic'),
  );
  return Object.fromEntries(own.map(([config]) => [CONFIG_PREFIX + config, null]));
}
