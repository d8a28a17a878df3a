import type { SecretRef } from '../../model/index.ts';
import type { AclSpec, QuotaEntity, ScramMechanism } from './specs.ts';

/**
 * Every request that brokerform makes to change Kafka. A session sends many of one op as one request. Config values
 * are text as the broker takes it: `604800000`, `compact,delete`. A secret is a SecretRef.
 */
export type KafkaCall =
  | { op: 'topic.create'; target: string; body: TopicCreate }
  | { op: 'topic.delete'; target: string; body: { name: string; ifEmpty: boolean } }
  | { op: 'topic.partitions'; target: string; body: TopicPartitions }
  | { op: 'topic.configs'; target: string; body: TopicConfigs }
  | { op: 'topic.reassign'; target: string; body: TopicReassign }
  | { op: 'topic.settle'; target: string; body: { name: string } }
  | { op: 'acl.create' | 'acl.delete'; target: string; body: AclSpec }
  | { op: 'quota.alter'; target: string; body: QuotaAlter }
  | { op: 'user.upsert'; target: string; body: UserUpsert }
  | { op: 'user.remove'; target: string; body: { name: string; mechanism: ScramMechanism } };

/** Either explicit `replicas`, or `partitions` and `replicationFactor`; -1 is the broker's default. */
export type TopicCreate = {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Broker ids by partition number; holds every partition, from 0. */
  replicas?: Record<string, readonly number[]>;
  configs: Record<string, string>;
};

export type TopicPartitions = {
  name: string;
  /** The new total. */
  count: number;
  /** Broker ids of the added partitions only, by partition number; else the broker places them. */
  replicas?: Record<string, readonly number[]>;
};

/** Changes these configs and leaves all others as they are. `unset` returns to what is inherited. */
export type TopicConfigs = { name: string; set: Record<string, string>; unset: readonly string[] };

/**
 * Moves partitions, and waits until they have moved, unless the session is not to wait. Only partitions that are to
 * change are named. The session throttles as its connection says, and takes the throttle away at the end.
 */
export type TopicReassign = { name: string; replicas: Record<string, readonly number[]> };

/** `topic.settle`: waits for a reassignment of ours that still runs, and takes its throttle away. */

export type QuotaAlter = { entity: QuotaEntity; set: Record<string, number>; unset: readonly string[] };

/** Sets, or sets anew, one credential of a user. The salt is made by the session. */
export type UserUpsert = { name: string; mechanism: ScramMechanism; iterations: number; password: SecretRef };
