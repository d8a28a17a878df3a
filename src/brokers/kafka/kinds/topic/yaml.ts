import {
  type Body,
  hasKeys,
  isObject,
  type Json,
  type JsonObject,
  membersOf,
  objectOf,
  overridden,
  type Resource,
  type Source,
} from '../../../../model/index.ts';
import { topicValues } from '../../fields/config-values.ts';
import { impliedKeys, topicKeys } from '../../fields/topic.ts';
import { configsToYaml, Fields, THROTTLE_CONFIGS } from '../configs/spec.ts';
import { type Collector, nameOf } from '../kind.ts';
import { replicasIn } from './placement.ts';
import { INTERNAL_TOPICS, topicAddress } from './spec.ts';

/** `topics: { user-events: {…} }`, on top of the section's `defaults`. */
export function declareTopics(collector: Collector, sectionBody: Body): void {
  const { section, value } = sectionBody;
  const defaults: Body = { section, value: objectOf(value.defaults), at: sectionBody.at };
  for (const [name, written] of membersOf(sectionBody, 'topics')) {
    const address = topicAddress(section.broker, name);
    const body = overridden(written, address);
    const { internal: isInternal = false } = body.value;
    if (!checkTopicName(collector, name, written.at, isInternal === true)) continue;
    const fields = new Fields();
    if (isInternal === true) readInternal(collector, body, fields);
    if (Array.isArray(body.value.replicas)) readReplicas(collector, body, body.value.replicas, fields);
    const isPlaced = fields.values.replicas !== undefined;
    const takesDefaults = body.value.defaults !== false && isInternal !== true;
    for (const from of takesDefaults ? [defaults, body] : [body]) {
      for (const key of topicKeys) {
        if (isPlaced && impliedKeys.includes(key)) continue;
        const given = from.value[key];
        if (given !== undefined) fields.set(key, given, section.at(from.value, key));
      }
      readConfigs(collector, from, fields);
    }
    collector.add({ address, spec: fields.values, dependsOn: [] }, body.at, fields.places);
  }
}

/** What would take an internal topic's partitions or the brokers' own configs away. */
function readInternal(collector: Collector, { section, value }: Body, fields: Fields): void {
  fields.set('internal', true, section.at(value, 'internal'));
  if ((value.partitions ?? null) !== null) {
    const at = section.at(value, 'partitions');
    const message = 'an internal topic keeps its partitions';
    const hint =
      'remove "partitions"; brokers create the topic with offsets.topic.num.partitions and the like';
    collector.error('reserved-name', at, message, { hint });
  }
  if (value['configs-policy'] === 'exclusive') {
    const at = section.at(value, 'configs-policy');
    const message = 'the brokers set configs of an internal topic themselves, which "exclusive" would reset';
    collector.error('reserved-name', at, message, { hint: 'remove "configs-policy"' });
  }
}

function readReplicas(
  collector: Collector,
  { section, value }: Body,
  lists: readonly Json[],
  fields: Fields,
) {
  const at = section.at(value, 'replicas');
  for (const key of impliedKeys) {
    if (value[key] === undefined) continue;
    collector.error('given-twice', section.at(value, key), `"replicas" says the ${key} already`, {
      hint: 'remove one of the two; an environment takes "replicas" away with replicas: null',
      related: [at],
    });
  }
  const replicas = lists.map((ids) => (Array.isArray(ids) ? ids : []) as readonly number[]);
  const factors = [...new Set(replicas.map((ids) => ids.length))].sort((a, b) => a - b);
  fields.set('partitions', replicas.length, at);
  fields.set('replication-factor', factors.length === 1 ? (factors[0] ?? 0) : factors, at);
  fields.set('replicas', Object.fromEntries(replicas.map((ids, index) => [String(index), ids])), at);
  for (const index of replicas.keys()) fields.places[`replicas.${index}`] = section.at(lists, index);
}

function readConfigs(collector: Collector, { section, value }: Body, fields: Fields): void {
  const { configs } = value;
  if (!isObject(configs)) return;
  for (const name of Object.keys(configs)) {
    if (THROTTLE_CONFIGS.includes(name)) {
      collector.error(
        'reserved-config',
        section.at(configs, name),
        `${name} is set while replicas move, and cannot be declared`,
        {
          hint: 'set reassignment.throttle of the broker in brokerform.yaml',
        },
      );
      continue;
    }
    fields.setConfig(collector, { section, value: configs }, name, topicValues);
  }
}

/** Internal topics with configs and replicas as other topics have them; the log of the controllers has none. */
const MANAGEABLE: ReadonlySet<string> = new Set(
  [...INTERNAL_TOPICS].filter((name) => name !== '__cluster_metadata'),
);

/** `org.apache.kafka.common.internals.Topic`: it becomes the name of a folder with `-<partition>` behind it. */
const LONGEST = 249;
const LEGAL = /^[a-zA-Z0-9._-]+$/;

/** Rejects invalid names, and internal topics that are not declared as such. */
function checkTopicName(collector: Collector, name: string, at: Source, isInternal: boolean): boolean {
  if (isInternal && MANAGEABLE.has(name)) return true;
  if (isInternal && !INTERNAL_TOPICS.has(name)) {
    const message = `"${name}" is not an internal topic`;
    const hint = `internal topics that can be managed: ${[...MANAGEABLE].join(', ')}`;
    collector.error('reserved-name', at, message, { hint });
    return false;
  }
  if (INTERNAL_TOPICS.has(name)) {
    const message = `"${name}" cannot be declared: it is the broker's own topic`;
    const hint = MANAGEABLE.has(name)
      ? 'internal: true manages its configs and replicas'
      : 'brokers create it, and only they may change it';
    collector.error('reserved-name', at, message, { hint });
    return false;
  }
  const problem = topicNameProblem(name);
  if (problem === undefined) return true;
  collector.error('bad-name', at, problem, {
    hint: 'letters, digits, ".", "_" and "-", at most 249 of them',
  });
  return false;
}

/** Why a topic name is invalid. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'a topic needs a name';
  if (name === '.' || name === '..') return `a topic cannot be called "${name}"`;
  if (name.length > LONGEST) return `a topic name of ${name.length} characters is too long`;
  if (LEGAL.test(name)) return undefined;
  const illegal = [...name].find((character) => !LEGAL.test(character)) ?? '';
  return `a topic name cannot hold ${JSON.stringify(illegal)}`;
}

/**
 * `topics`, each with all that was set on it. No `defaults` are inferred: they would also apply to every topic that is
 * declared later, which is not what the cluster does.
 */
export function topicsSection(topics: readonly Resource[]): JsonObject {
  const bodies = topics
    .map((topic) => [nameOf(topic), bodyOf(topic)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return bodies.length === 0 ? {} : { topics: Object.fromEntries(bodies) };
}

function bodyOf(topic: Resource): JsonObject {
  const { partitions, 'replication-factor': factor, placement } = topic.spec;
  const replicas = replicasIn(topic);
  const own = configsToYaml(topic, 'topic', topicValues);
  const configs = hasKeys(own) ? { configs: own } : {};
  // Partitions with different numbers of replicas must be listed; a declaration, which has a place, keeps its list.
  if (replicas && (typeof factor !== 'number' || topic.at !== undefined)) {
    const lists = Object.keys(replicas)
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => [...(replicas[index] ?? [])]);
    return { replicas: lists, ...configs };
  }
  return {
    ...(isSize(partitions) && { partitions }),
    ...(isSize(factor) && { 'replication-factor': factor }),
    // Only a declaration has a placement.
    ...(placement !== undefined && { placement }),
    ...configs,
  };
}

/** A number, or the broker default. */
function isSize(value: Json | undefined): value is number | null {
  return typeof value === 'number' || value === null;
}
