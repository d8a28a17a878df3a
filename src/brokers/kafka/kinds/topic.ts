import {
  type Change,
  type FieldChange,
  isObject,
  type Json,
  type Kind,
  type Resource,
} from '../../../model/index.ts';
import type { KafkaCall, TopicCreate, TopicPartitions } from '../calls.ts';
import { howFarText } from '../how-far.ts';
import { INTERNAL_TOPICS } from '../resources.ts';
import type { Origin } from '../specs.ts';
import { configText, limitOf, shownConfig, typedConfig } from '../values.ts';
import { countOf, nameOf } from './parts.ts';
import { movedPartitions, replicasIn } from './placement.ts';
import { topicStake, volatileOf } from './stake.ts';
import { topicRisks } from './topic-risks.ts';
import { completeTopic, configIn, sourcesIn } from './topic-spec.ts';

type Update = Extract<Change, { action: 'update' | 'replace' }>;

/** What a call says for "as the cluster has it". */
const UNSAID = -1;

/** https://kafka.apache.org/documentation/#topicconfigs */
export const topic: Kind = {
  title(resource) {
    const { partitions, 'replication-factor': factor } = resource.spec;
    const parts = [
      ...(typeof partitions === 'number' ? [countOf(partitions, 'partition')] : []),
      ...(typeof factor === 'number' ? [countOf(factor, 'replica')] : []),
    ];
    return { title: `topic ${nameOf(resource)}`, detail: parts.join(' × ') };
  },

  complete: completeTopic,
  // What cannot change in place is refused: a topic is never replaced, as that would lose its log.
  risks: topicRisks,

  calls(change, _context, options): KafkaCall[] {
    if (change.action === 'delete') {
      const { before } = change;
      const name = nameOf(before);
      const target = before.address;
      // With the topic goes our mark on it, but not the rate on the brokers.
      const settle: KafkaCall[] =
        before.spec.throttle === undefined ? [] : [{ op: 'topic.settle', target, body: { name } }];
      return [{ op: 'topic.delete', target, body: { name, ifEmpty: !options.destructive } }, ...settle];
    }
    return change.action === 'create' ? [create(change.after)] : update(change);
  },

  systemOwned(resource) {
    return resource.spec.internal === true || INTERNAL_TOPICS.has(nameOf(resource))
      ? 'it is the broker’s own topic'
      : undefined;
  },

  fieldName([key = '', index]) {
    if (key === 'throttle') return 'reassignment';
    if (key === 'replicas' && index !== undefined) return `replicas of partition ${index}`;
    return configIn(key) ?? key;
  },

  fieldText([key = ''], value) {
    const config = configIn(key);
    if (config !== undefined) return shownConfig(config, value);
    return Array.isArray(value) ? value.map(configText).join(', ') : undefined;
  },

  fieldTexts(field, change) {
    const [key = ''] = field.path;
    const config = configIn(key);
    if (key === 'throttle') return unfinishedTexts(change.before);
    return config === undefined ? {} : inheritance(config, field, change);
  },

  stakeText: topicStake,

  isInherited(live, key) {
    const origin = sourcesIn(live)[configIn(key) ?? '']?.origin;
    return origin !== undefined && origin !== 'topic';
  },

  resetText(keys) {
    const configs = keys.flatMap((key) => configIn(key) ?? []);
    return configs.length === 0
      ? undefined
      : `configs: { ${configs.map((config) => `${config}: null`).join(', ')} }`;
  },
};

function create({ address, spec }: Resource): KafkaCall {
  const replicas = replicasIn({ spec });
  const { partitions, 'replication-factor': factor } = spec;
  const configs = Object.entries(spec).flatMap(([key, value]) => {
    const config = configIn(key);
    return config === undefined || value === null ? [] : [[config, configText(value)] as const];
  });
  const body: TopicCreate = {
    name: nameOf({ address, spec, needs: [] }),
    partitions: typeof partitions === 'number' ? partitions : UNSAID,
    replicationFactor: typeof factor === 'number' ? factor : UNSAID,
    ...(replicas && { replicas }),
    configs: Object.fromEntries(configs),
  };
  return { op: 'topic.create', target: address, body };
}

function update(change: Update): KafkaCall[] {
  const { before, after } = change;
  const target = after.address;
  const name = nameOf(after);
  const fieldOf = (key: string) => change.fields.find(({ path }) => path[0] === key);
  const placed = replicasIn(after) ?? {};
  const calls: KafkaCall[] = [];
  if (fieldOf('throttle')) calls.push({ op: 'topic.settle', target, body: { name } });
  const moved = movedPartitions(replicasIn(before) ?? {}, placed, 'existing');
  const move: KafkaCall[] =
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
  return lowersInsync(change) ? [...calls, ...configs, ...move] : [...calls, ...move, ...configs];
}

function configsCall({ fields, after }: Update, name: string): KafkaCall[] {
  const set: Record<string, string> = {};
  const unset: string[] = [];
  for (const field of fields) {
    const config = configIn(field.path[0] ?? '');
    if (config === undefined) continue;
    if (field.after === undefined || field.after === null) unset.push(config);
    else set[config] = configText(field.after);
  }
  if (Object.keys(set).length + unset.length === 0) return [];
  return [{ op: 'topic.configs', target: after.address, body: { name, set, unset } }];
}

function lowersInsync({ fields }: Update): boolean {
  const field = fields.find(({ path }) => configIn(path[0] ?? '') === 'min.insync.replicas');
  return field !== undefined && (limitOf(field.after) ?? 0) < (limitOf(field.before) ?? 0);
}

/** A reassignment of ours that nobody has seen to its end. */
function unfinishedTexts(live: Resource): { before: string; after: string } {
  const { moves } = volatileOf(live);
  return moves && moves.ours.length > 0
    ? { before: `under way, ${howFarText(moves)}`, after: 'waited for, its throttle removed' }
    : { before: 'ended, its throttle is still there', after: 'throttle removed' };
}

const ORIGINS: Readonly<Record<Origin, string>> = {
  topic: 'set on the topic',
  'dynamic-broker': 'set on a broker',
  'dynamic-default-broker': 'set for all brokers',
  'static-broker': 'from server.properties',
  default: 'default',
};

/** Where a value was inherited from, and what a topic without an override inherits. */
function inheritance(
  config: string,
  { before, after }: FieldChange,
  change: Update,
): { before?: string; after?: string } {
  const source = sourcesIn(change.before)[config];
  const from = source && source.origin !== 'topic' ? ` (${ORIGINS[source.origin]})` : '';
  const inherited = source?.inherited;
  return {
    ...(before !== undefined && { before: shown(config, before) + from }),
    ...(after === undefined && {
      after: inherited
        ? `${inheritedText(config, inherited.value)} (${ORIGINS[inherited.origin]})`
        : 'as inherited',
    }),
  };
}

function inheritedText(config: string, value: string | null): string {
  return value === null ? 'unset' : shown(config, typedConfig(config, value));
}

function shown(config: string, value: Json): string {
  return isObject(value) ? JSON.stringify(value) : shownConfig(config, value);
}
