import type { Context, Json, JsonObject, Resource } from '../../../model/index.ts';
import { CONFIG_PREFIX, type ConfigSource, THROTTLE_CONFIGS } from '../specs.ts';
import { typedConfig } from '../values.ts';
import { placementOf, replicasIn } from './placement.ts';

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
      spec[key] = key === 'sources' && !declared ? ownSources(sources) : value;
      continue;
    }
    const source = sources[config];
    // What it inherits is no part of a topic that nobody declares: a plan to delete it holds whatever the cluster says.
    if (!declared && source !== undefined && source.origin !== 'topic') continue;
    // "As if nobody had set it" is what it already is.
    if (declared?.[key] === null && source !== undefined && source.origin !== 'topic') continue;
    spec[key] = typedConfig(config, value);
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
    spec[key] = config === undefined ? value : typedConfig(config, value);
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
