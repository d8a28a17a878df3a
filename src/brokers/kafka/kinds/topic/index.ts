import { type Change, countOf, type Json, type Resource } from '../../../../model/index.ts';
import { limitOf, serializeConfig, topicValues } from '../../fields/config-values.ts';
import { topicSchema } from '../../fields/topic.ts';
import {
  alteration,
  type ConfigsAlter,
  changedConfigs,
  configIn,
  configsIn,
  inheritanceTexts,
  isInherited,
} from '../configs/spec.ts';
import { type KafkaKind, nameOf, type Update } from '../kind.ts';
import { metricsOf, metricsText, progressText } from './metrics.ts';
import { movedPartitions, replicasIn } from './placement.ts';
import { topicRisks } from './risks.ts';
import { completeTopic, isInternal } from './spec.ts';
import { declareTopics, topicsSection } from './yaml.ts';

/** https://kafka.apache.org/documentation/#topicconfigs */
export const topic: KafkaKind = {
  schema: topicSchema,
  declare: declareTopics,
  toSection: topicsSection,

  title(resource) {
    const { partitions, 'replication-factor': factor } = resource.spec;
    const parts = [...sizeText(partitions, 'partition'), ...sizeText(factor, 'replica')];
    return { title: `topic ${nameOf(resource)}`, detail: parts.join(' × ') };
  },

  complete: completeTopic,
  // Immutable fields are refused: a topic is never replaced, as that would lose its log.
  risks: topicRisks,

  calls: (change, _context, { destructive }) => topicCalls(change, destructive),

  systemOwned(resource) {
    return isInternal(resource) ? 'it is the broker’s own topic' : undefined;
  },
  mayChangeSystemOwned: ({ spec }) => spec.internal === true,

  fieldName([key = '', index]) {
    if (key === 'throttle') return 'reassignment';
    if (key === 'replicas' && index !== undefined) return `replicas of partition ${index}`;
    return configIn(key) ?? key;
  },

  fieldText([key = ''], value) {
    const config = configIn(key);
    if (config !== undefined) return topicValues.format(config, value);
    return Array.isArray(value) ? value.map(serializeConfig).join(', ') : undefined;
  },

  fieldTexts(field, change) {
    const [key = ''] = field.path;
    const config = configIn(key);
    if (key === 'throttle') return unfinishedTexts(change.before);
    return config === undefined
      ? {}
      : inheritanceTexts(config, field, change, { own: 'topic', values: topicValues });
  },

  affectedText: metricsText,

  isInherited: (live, key) => isInherited(live, configIn(key) ?? '', 'topic'),
  resetText(keys) {
    const configs = keys.flatMap((key) => configIn(key) ?? []);
    return configs.length === 0
      ? undefined
      : `configs: { ${configs.map((config) => `${config}: null`).join(', ')} }`;
  },
};

const BROKER_DEFAULT = 'broker default';

/** `3 replicas`, `broker default replicas`, or nothing where nothing is said. */
function sizeText(value: Json | undefined, noun: string): string[] {
  if (value === null) return [`${BROKER_DEFAULT} ${noun}s`];
  return typeof value === 'number' ? [countOf(value, noun)] : [];
}

/** An unfinished reassignment of ours. */
function unfinishedTexts(live: Resource): { before: string; after: string } {
  const { moves } = metricsOf(live);
  return moves && moves.ours.length > 0
    ? { before: `under way, ${progressText(moves)}`, after: 'waited for, its throttle removed' }
    : { before: 'completed; its throttle is still set', after: 'throttle removed' };
}

/** Config values are text as the broker takes it: `604800000`, `compact,delete`. */
export type TopicCall =
  | { op: 'topic.create'; target: string; body: TopicCreate }
  | { op: 'topic.delete'; target: string; body: TopicDelete }
  | { op: 'topic.partitions'; target: string; body: TopicPartitions }
  | { op: 'topic.configs'; target: string; body: ConfigsAlter }
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

/**
 * Moves partitions, and waits until they have moved, unless the session is not to wait. Only partitions that are to
 * change are named. The session throttles as its connection says, and takes the throttle away at the end.
 */
export type TopicReassign = { name: string; replicas: Record<string, readonly number[]> };

/** What a call says for "as the cluster has it". */
const UNSAID = -1;

/** @param destructive whether a topic is deleted even if it is not empty */
function topicCalls(change: Change, destructive: boolean): TopicCall[] {
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
  const configs = configsIn(spec).filter(([, value]) => value !== null);
  const body: TopicCreate = {
    name: nameOf({ address, spec, dependsOn: [] }),
    partitions: typeof partitions === 'number' ? partitions : UNSAID,
    replicationFactor: typeof factor === 'number' ? factor : UNSAID,
    ...(replicas && { replicas }),
    configs: alteration('', configs)?.set ?? {},
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
  const altered = alteration(name, changedConfigs(change));
  const configs: TopicCall[] = altered ? [{ op: 'topic.configs', target, body: altered }] : [];
  // At no time may more replicas have to be in sync than there are.
  return lowersMinInsync(change) ? [...calls, ...configs, ...move] : [...calls, ...move, ...configs];
}

function lowersMinInsync({ fields }: Update): boolean {
  const field = fields.find(({ path }) => configIn(path[0] ?? '') === 'min.insync.replicas');
  return field !== undefined && (limitOf(field.after) ?? 0) < (limitOf(field.before) ?? 0);
}
