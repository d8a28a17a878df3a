import { type Context, compareReleases, isObject, type Json, type JsonObject } from '../../model/index.ts';
import { topicValues } from './fields/config-values.ts';

export type BrokerNode = { readonly id: number; readonly rack?: string };

/** What a session puts into `BrokerIdentity.facts`. */
export type KafkaFacts = {
  /** Sorted by id. */
  readonly brokers: readonly BrokerNode[];
  /** The finalized feature level `metadata.version`; absent on clusters with ZooKeeper. */
  readonly 'metadata-version'?: number;
  /**
   * Defaults of a new topic by topic config key, as text, with `num.partitions` and `default.replication.factor`.
   * Absent without the right to read them.
   */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Names of requests that brokerform uses and this broker does not offer. */
  readonly missing: readonly string[];
};

/** The live brokers of the cluster by id; none offline. */
export function brokersIn(context: Context): readonly BrokerNode[] {
  const { brokers } = context.broker.facts;
  return Array.isArray(brokers) ? (brokers as unknown as readonly BrokerNode[]) : [];
}

/** The default of a topic config, as far as it is known. */
export function defaultOf(facts: JsonObject, config: string): Json | undefined {
  const { defaults } = facts;
  const text = isObject(defaults) ? defaults[config] : undefined;
  return text === undefined ? topicValues.usual(config) : topicValues.normalize(config, text);
}

/** Whether a version is of this release or a later one. `4`, as in `target-version: 4`, is the newest of its series. */
export function atLeast(version: string, release: string): boolean {
  return compareReleases(version, release) >= 0;
}
