import type { JsonObject, SecretRef } from '../../model/index.ts';
import type { HowFar } from './how-far.ts';

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
 * topic that just takes the inherited value satisfies a declared `null`, so `complete` drops that live value.
 */
export type TopicSpec = JsonObject & {
  readonly partitions?: number;
  /** Live: the replicas that a partition has once a running reassignment has ended; a list where partitions differ. */
  readonly 'replication-factor'?: number | readonly number[];
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

/** Live topics only, in `Resource.volatile`. A key that could not be read is absent, and counts as not empty. */
export type TopicVolatile = {
  /** Of all replicas, on disk. */
  readonly bytes?: number;
  /** By offsets, so for a compacted topic an upper bound. */
  readonly messages?: number;
  /** Timestamps of the first record that is left and of the newest; milliseconds since 1970. Absent: no record. */
  readonly oldest?: number;
  readonly newest?: number;
  /** Consumer groups that committed offsets here, sorted by name. */
  readonly groups?: readonly GroupAtStake[];
  /** A reassignment that is under way. */
  readonly moves?: TopicMoves;
};

/** How far the partitions are that we move; where none is ours, those that others move. */
export type TopicMoves = HowFar & {
  /** Partitions that are still on their way, by number: those that carry our mark, and the others. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
};

export type GroupAtStake = {
  readonly group: string;
  /** Messages between what it committed and the end; of what is committed only. */
  readonly lag: number;
  /** The broker's word: `Stable`, `Empty`, `Dead` … */
  readonly state: string;
};

/**
 * `<broker>/acl/<resource type>/<pattern>/<resource name>/<principal>/<permission>/<operation>/<host>`.
 * All of an ACL is its identity: it is created or deleted, never updated.
 */
export type AclSpec = {
  readonly 'resource-type': AclResourceType;
  /** For a cluster resource always `kafka-cluster`. `*` with `literal` is every resource of the type. */
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  /** `User:alice`, `User:*`, `User:CN=client`. */
  readonly principal: string;
  /** An IP address, or `*`. */
  readonly host: string;
  readonly operation: AclOperation;
  readonly permission: 'allow' | 'deny';
};

export type AclResourceType =
  | 'topic'
  | 'group'
  | 'cluster'
  | 'transactional-id'
  | 'delegation-token'
  | 'user';

export type AclOperation =
  | 'all'
  | 'read'
  | 'write'
  | 'create'
  | 'delete'
  | 'alter'
  | 'describe'
  | 'cluster-action'
  | 'describe-configs'
  | 'alter-configs'
  | 'idempotent-write'
  | 'create-tokens'
  | 'describe-tokens'
  | 'two-phase-commit';

/**
 * Whom a quota is for. `null` is the default entity: everyone who has no quota of their own. One of `ip`, or `user`
 * and `client-id`, or either of these alone.
 */
export type QuotaEntity = {
  readonly user?: string | null;
  readonly 'client-id'?: string | null;
  readonly ip?: string | null;
};

/**
 * `<broker>/quota/…`, see `quotaAddress`. Beside the entity it holds the quotas by the broker's names:
 * `producer_byte_rate`, `consumer_byte_rate`, `request_percentage`, `controller_mutation_rate` and
 * `connection_creation_rate`, numbers; `null` removes one.
 */
export type QuotaSpec = JsonObject & { readonly entity: QuotaEntity };

export type ScramMechanism = 'scram-sha-256' | 'scram-sha-512';
export const SCRAM_MECHANISMS: readonly ScramMechanism[] = ['scram-sha-256', 'scram-sha-512'];

/**
 * `<broker>/user/<name>`: a SCRAM user; a mechanism is `null` where the user is not to have it.
 * Kafka tells nobody a salt or key, only mechanism and iterations. Live: the declared password reference, so that a
 * changed password is no difference, and is set again only where that is asked for; HIDDEN where none is declared.
 */
export type UserSpec = {
  readonly 'scram-sha-256'?: ScramCredential | null;
  readonly 'scram-sha-512'?: ScramCredential | null;
};

export type ScramCredential = {
  /** Kafka takes 4096 to 16384. */
  readonly iterations: number;
  readonly password: SecretRef;
};

/** What a session puts into `BrokerIdentity.facts`. */
export type KafkaFacts = {
  /** Sorted by id. */
  readonly brokers: readonly { readonly id: number; readonly rack?: string }[];
  /** The finalized feature level `metadata.version`; absent on clusters with ZooKeeper. */
  readonly 'metadata-version'?: number;
  /**
   * What a topic gets that says nothing, by topic config key, as text; with `num.partitions` and
   * `default.replication.factor`. Absent where we may not read the configs of the brokers.
   */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Names of requests that brokerform uses and this broker does not offer. */
  readonly missing: readonly string[];
};
