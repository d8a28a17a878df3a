import { type Json, type JsonObject, type Resource, type RuleContext, smallest } from '../../model/index.ts';
import { defaultOf } from './facts.ts';
import { limitOf, topicValues } from './fields/config-values.ts';
import type { ConfigTable } from './fields/field.ts';
import { TOPIC_CONFIGS } from './fields/topic-configs.ts';
import { CONFIG_PREFIX, configsIn } from './kinds/configs/spec.ts';
import { configKinds } from './kinds/index.ts';
import { nameOf } from './kinds/kind.ts';

/** A topic with the values that count, of itself and of its cluster. */
export interface Topic {
  readonly name: string;
  readonly resource: Resource;
  /** Undefined where the cluster's default counts. */
  readonly partitions: number | undefined;
  /** The smallest of its partitions. Undefined where the cluster's default counts. */
  readonly replicationFactor: number | undefined;
  /** Whether it is set, and not left to be inherited. */
  sets(config: string): boolean;
  /** The value that counts, as far as it is known: declared, else the cluster's, else Kafka's default. */
  value(config: string): Json | undefined;
  /** The same as people read it: `7d`. */
  shown(config: string): string;
  /** The same as a number, without limit as infinity. */
  limit(config: string): number;
  has(policy: 'compact' | 'delete'): boolean;
}

export function topicsOf(context: RuleContext): Topic[] {
  return context.ofKind('topic').map((resource) => topicOf(resource, context.broker.facts));
}

/** Where a finding about a config points. */
export function pathOf(config: string): readonly string[] {
  return [CONFIG_PREFIX + config];
}

export function topicOf(resource: Resource, facts: JsonObject): Topic {
  const { spec } = resource;
  const value = (config: string) => spec[CONFIG_PREFIX + config] ?? defaultOf(facts, config);
  const factors = [spec['replication-factor']].flat().filter((one): one is number => typeof one === 'number');
  const policy = value('cleanup.policy');
  return {
    name: nameOf(resource),
    resource,
    partitions: typeof spec.partitions === 'number' ? spec.partitions : undefined,
    replicationFactor: factors.length > 0 ? smallest(factors) : undefined,
    sets: (config) => (spec[CONFIG_PREFIX + config] ?? null) !== null,
    value,
    shown: (config) => topicValues.format(config, value(config) ?? null),
    limit: (config) => limitOf(value(config)) ?? 0,
    has: (one) => Array.isArray(policy) && policy.includes(one),
  };
}

/** A config that is set to a value, of a resource of any kind. */
export interface DeclaredConfig {
  readonly resource: Resource;
  /** The kind of config, `topic config`, and the resource, `topic "orders"`. */
  readonly noun: string;
  readonly owner: string;
  readonly config: string;
  readonly table: ConfigTable;
}

export function* declaredConfigs(context: RuleContext): Generator<DeclaredConfig> {
  const tables = [
    { kind: 'topic', noun: 'topic config', table: TOPIC_CONFIGS, title: (name: string) => `topic "${name}"` },
    ...configKinds.map(({ kind, noun, table, quoted }) => ({ kind, noun, table, title: quoted })),
  ];
  for (const { kind, noun, table, title } of tables) {
    for (const resource of context.ofKind(kind)) {
      const owner = title(nameOf(resource));
      for (const [config, value] of configsIn(resource.spec))
        if (value !== null) yield { resource, noun, owner, config, table };
    }
  }
}

const DEAD_LETTER = /^(.+)[._-](?:dlq|dlt|dead-?letters?)$/i;

/** The topic whose failures a dead letter topic takes, by its name: `orders` of `orders-dlq`. */
export function deadLetterSource(name: string): string | undefined {
  return DEAD_LETTER.exec(name)?.[1];
}

export function isDisposable(environment: string | undefined): boolean {
  return (
    environment !== undefined &&
    /^(?:local|dev|develop|development|test|testing|ci|demo|sandbox)\b/i.test(environment)
  );
}

export function isProduction(environment: string | undefined): boolean {
  return environment !== undefined && /^(?:prod|production|live)\b/i.test(environment);
}
