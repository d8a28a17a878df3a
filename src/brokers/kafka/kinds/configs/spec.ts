import {
  type FieldChange,
  isMapping,
  type Json,
  type JsonObject,
  literal,
  type Resource,
  type Section,
  type Source,
} from '../../../../model/index.ts';
import { type ConfigValues, serializeConfig } from '../../fields/config-values.ts';
import type { Collector, Update } from '../kind.ts';

/*
 * Configs in a spec, of topics and of the kinds that are nothing but configs: each stands under a key of its own,
 * `configs.retention.ms`.
 */

export const CONFIG_PREFIX = 'configs.';

/** The config that a key of a spec is about, `retention.ms` of `configs.retention.ms`. */
export function configIn(key: string): string | undefined {
  return key.startsWith(CONFIG_PREFIX) ? key.slice(CONFIG_PREFIX.length) : undefined;
}

/** Written by reassignment tools; never managed. */
export const THROTTLE_CONFIGS: readonly string[] = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
];

/** Every config of a spec by its name, with its value; `null` is "inherited". */
export function configsIn(spec: JsonObject): [config: string, value: Json][] {
  return Object.entries(spec).flatMap(([key, value]): [string, Json][] => {
    const config = configIn(key);
    return config === undefined ? [] : [[config, value]];
  });
}

const ORIGINS = {
  topic: 'set on the topic',
  group: 'set on the group',
  'client-metrics': 'set on the subscription',
  'dynamic-broker': 'set on a broker',
  'dynamic-default-broker': 'set for all brokers',
  'static-broker': 'from server.properties',
  default: 'default',
} as const;

/**
 * Where a config's value comes from, nearest first: `topic`, `group` and `client-metrics` are set on the resource itself;
 * `dynamic-broker` was set on one broker and `dynamic-default-broker` on all of them, both at run time; `static-broker`
 * is from server.properties.
 */
export type Origin = keyof typeof ORIGINS;

/** A value that is inherited, as text; `null`: none. */
export type Inherited = { readonly value: string | null; readonly origin: Origin };

/** Values of a resource without overrides, by config. */
export type InheritedConfigs = ReadonlyMap<string, Inherited>;

export type ConfigSource = {
  readonly origin: Origin;
  /** For an override: what the resource would inherit without it. */
  readonly inherited?: Inherited;
};

/** Where the configs of a live resource come from. */
export function sourcesIn({ spec }: Pick<Resource, 'spec'>): Readonly<Record<string, ConfigSource>> {
  return (spec.sources ?? {}) as unknown as Readonly<Record<string, ConfigSource>>;
}

/** True for a config that is set elsewhere than on the resource itself; a declared one has no source, and is its own. */
export function isInherited(resource: Pick<Resource, 'spec'>, config: string, own: Origin): boolean {
  return (sourcesIn(resource)[config]?.origin ?? own) !== own;
}

/** Changes these configs of one resource, as text as the broker takes it, and leaves all others as they are. */
export type ConfigsAlter = {
  name: string;
  set: Record<string, string>;
  /** These return to what is inherited. */
  unset: readonly string[];
};

/** What a call says of configs and their new values; undefined where it would change nothing. */
export function alteration(
  name: string,
  configs: readonly (readonly [config: string, value: Json | undefined])[],
): ConfigsAlter | undefined {
  if (configs.length === 0) return undefined;
  const set: Record<string, string> = {};
  const unset: string[] = [];
  for (const [config, value = null] of configs) {
    if (value === null) unset.push(config);
    else set[config] = serializeConfig(value);
  }
  return { name, set, unset };
}

/** The configs that a change changes, and their new values. */
export function changedConfigs({ fields }: Update): [config: string, value: Json | undefined][] {
  return fields.flatMap(({ path: [key = ''], after }): [string, Json | undefined][] => {
    const config = configIn(key);
    return config === undefined ? [] : [[config, after]];
  });
}

/** What a declaration says of a resource, and where. */
export class Fields {
  readonly values: Record<string, Json> = {};
  readonly places: Record<string, Source> = {};

  set(key: string, value: Json, at: Source): void {
    this.values[key] = value;
    this.places[key] = at;
  }

  /** Reads a config; reports a value that the table does not expect. */
  setConfig(
    collector: Collector,
    { section, value: configs }: { readonly section: Section; readonly value: JsonObject },
    name: string,
    values: ConfigValues,
  ): void {
    const at = section.at(configs, name);
    const written = configs[name] ?? null;
    const parsed = values.parse(name, written);
    if ('value' in parsed) this.set(CONFIG_PREFIX + name, parsed.value, at);
    else collector.error('bad-value', at, `${name} is ${JSON.stringify(written)}: ${parsed.problem}`);
  }
}

/** Configs that are set on the resource itself, by name, as in YAML that a person would have written. */
export function configsToYaml(resource: Resource, own: Origin, values: ConfigValues): JsonObject {
  const configs = configsIn(resource.spec)
    .filter(
      ([name, value]) =>
        value !== null && !THROTTLE_CONFIGS.includes(name) && !isInherited(resource, name, own),
    )
    .map(([name, value]) => [name, literal(values.toYaml(name, values.normalize(name, value)))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(configs);
}

/** The origin of an inherited value, and the value that a resource without its own inherits. */
export function inheritanceTexts(
  config: string,
  { before, after }: FieldChange,
  change: Update,
  { own, values }: { readonly own: Origin; readonly values: ConfigValues },
): { before?: string; after?: string } {
  const source = sourcesIn(change.before)[config];
  const from = source && source.origin !== own ? ` (${ORIGINS[source.origin]})` : '';
  const inherited = source?.inherited;
  const shown = (value: Json) => (isMapping(value) ? JSON.stringify(value) : values.format(config, value));
  const inheritedText = (value: string | null) =>
    value === null ? 'unset' : shown(values.normalize(config, value));
  return {
    ...(before !== undefined && { before: shown(before) + from }),
    // What a declaration is written over although it is not compared with it.
    ...(before === undefined &&
      from !== '' &&
      inherited && { before: inheritedText(inherited.value) + from }),
    ...(after === undefined && {
      after: inherited ? `${inheritedText(inherited.value)} (${ORIGINS[inherited.origin]})` : 'as inherited',
    }),
  };
}
