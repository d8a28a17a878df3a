import type { Change, Resource } from '../../../../model/index.ts';
import { limitOf, serializeConfig } from '../../fields/config-values.ts';
import { nameOf, type Update } from '../kind.ts';
import { movedPartitions, replicasIn } from './placement.ts';
import { configIn } from './spec.ts';

/** Config values are text as the broker takes it: `604800000`, `compact,delete`. */
export type TopicCall =
  | { op: 'topic.create'; target: string; body: TopicCreate }
  | { op: 'topic.delete'; target: string; body: TopicDelete }
  | { op: 'topic.partitions'; target: string; body: TopicPartitions }
  | { op: 'topic.configs'; target: string; body: TopicConfigs }
  | { op: 'topic.reassign'; target: string; body: TopicReassign }
  /** Waits for a reassignment of ours that still runs, and takes its throttle away. */
  | { op: 'topic.settle'; target: string; body: { name: string } };

/** Either explicit `replicas`, or `partitions` and `replicationFactor`; -1 is the broker's default. */
export type TopicCreate = {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Broker ids by partition number; holds every partition, from 0. */
  replicas?: Record<string, readonly number[]>;
  configs: Record<string, string>;
};

export type TopicDelete = { name: string; ifEmpty: boolean };

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

/** What a call says for "as the cluster has it". */
const UNSAID = -1;

/** @param destructive whether a topic is deleted even if it is not empty */
export function topicCalls(change: Change, destructive: boolean): TopicCall[] {
  if (change.action === 'create') return [create(change.after)];
  if (change.action !== 'delete') return update(change);
  const { before } = change;
  const name = nameOf(before);
  const target = before.address;
  // With the topic goes our mark on it, but not the rate on the brokers.
  const settle: TopicCall[] =
    before.spec.throttle === undefined ? [] : [{ op: 'topic.settle', target, body: { name } }];
  return [{ op: 'topic.delete', target, body: { name, ifEmpty: !destructive } }, ...settle];
}

function create({ address, spec }: Resource): TopicCall {
  const replicas = replicasIn({ spec });
  const { partitions, 'replication-factor': factor } = spec;
  const configs = Object.entries(spec).flatMap(([key, value]) => {
    const config = configIn(key);
    return config === undefined || value === null ? [] : [[config, serializeConfig(value)] as const];
  });
  const body: TopicCreate = {
    name: nameOf({ address, spec, dependsOn: [] }),
    partitions: typeof partitions === 'number' ? partitions : UNSAID,
    replicationFactor: typeof factor === 'number' ? factor : UNSAID,
    ...(replicas && { replicas }),
    configs: Object.fromEntries(configs),
  };
  return { op: 'topic.create', target: address, body };
}

function update(change: Update): TopicCall[] {
  const { before, after } = change;
  const target = after.address;
  const name = nameOf(after);
  const fieldOf = (key: string) => change.fields.find(({ path }) => path[0] === key);
  const placed = replicasIn(after) ?? {};
  const calls: TopicCall[] = [];
  if (fieldOf('throttle')) calls.push({ op: 'topic.settle', target, body: { name } });
  const moved = movedPartitions(replicasIn(before) ?? {}, placed, 'existing');
  const move: TopicCall[] =
    Object.keys(moved).length > 0 ? [{ op: 'topic.reassign', target, body: { name, replicas: moved } }] : [];
  // Kafka takes new partitions only with as many replicas as those that are there have, so these move first.
  const partitions = fieldOf('partitions')?.after;
  if (typeof partitions === 'number') {
    const replicas = movedPartitions(replicasIn(before) ?? {}, placed, 'added');
    const isPlaced = Object.keys(replicas).length > 0;
    const body: TopicPartitions = { name, count: partitions, ...(isPlaced && { replicas }) };
    move.push({ op: 'topic.partitions', target, body });
  }
  const configs = configsCall(change, name);
  // At no time may more replicas have to be in sync than there are.
  return lowersMinInsync(change) ? [...calls, ...configs, ...move] : [...calls, ...move, ...configs];
}

function configsCall({ fields, after }: Update, name: string): TopicCall[] {
  const set: Record<string, string> = {};
  const unset: string[] = [];
  for (const field of fields) {
    const config = configIn(field.path[0] ?? '');
    if (config === undefined) continue;
    if (field.after === undefined || field.after === null) unset.push(config);
    else set[config] = serializeConfig(field.after);
  }
  if (Object.keys(set).length + unset.length === 0) return [];
  return [{ op: 'topic.configs', target: after.address, body: { name, set, unset } }];
}

function lowersMinInsync({ fields }: Update): boolean {
  const field = fields.find(({ path }) => configIn(path[0] ?? '') === 'min.insync.replicas');
  return field !== undefined && (limitOf(field.after) ?? 0) < (limitOf(field.before) ?? 0);
}
