import {
  type Body,
  isObject,
  type Json,
  membersOf,
  objectOf,
  overridden,
  type Source,
} from '../../../model/index.ts';
import { topicAddress } from '../addresses.ts';
import { topicResource } from '../resources.ts';
import { CONFIG_PREFIX, THROTTLE_CONFIGS } from '../specs.ts';
import { parseConfig } from '../values.ts';
import type { Collector } from './collector.ts';
import { checkTopicName } from './names.ts';

const FIELDS = ['partitions', 'replication-factor', 'placement', 'configs-policy'] as const;

/** What `replicas` says by itself. */
const IMPLIED: readonly string[] = ['partitions', 'replication-factor', 'placement'];

/** `topics: { user-events: {…} }`, on top of the section's `defaults`. */
export function declareTopics(collector: Collector, sectionBody: Body): void {
  const { section, value } = sectionBody;
  const defaults: Body = { section, value: objectOf(value.defaults), at: sectionBody.at };
  for (const [name, written] of membersOf(sectionBody, 'topics')) {
    if (!checkTopicName(collector, name, written.at)) continue;
    const body = overridden(written, topicAddress(section.broker, name));
    const fields = new Fields();
    if (Array.isArray(body.value.replicas)) readReplicas(collector, body, body.value.replicas, fields);
    const isPlaced = fields.values.replicas !== undefined;
    for (const from of [defaults, body]) {
      for (const key of FIELDS) {
        if (isPlaced && IMPLIED.includes(key)) continue;
        const given = from.value[key];
        if (given !== undefined) fields.set(key, given, section.at(from.value, key));
      }
      readConfigs(collector, from, fields);
    }
    collector.add(topicResource(section.broker, name, fields.values), body.at, fields.places);
  }
}

class Fields {
  readonly values: Record<string, Json> = {};
  readonly places: Record<string, Source> = {};

  set(key: string, value: Json, at: Source): void {
    this.values[key] = value;
    this.places[key] = at;
  }
}

function readReplicas(
  collector: Collector,
  { section, value }: Body,
  lists: readonly Json[],
  fields: Fields,
) {
  const at = section.at(value, 'replicas');
  for (const key of IMPLIED) {
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
  for (const [name, written] of Object.entries(configs)) {
    const at = section.at(configs, name);
    if (THROTTLE_CONFIGS.includes(name)) {
      collector.error('reserved-config', at, `${name} is set while replicas move, and cannot be declared`, {
        hint: 'set reassignment.throttle of the broker in brokerform.yaml',
      });
      continue;
    }
    const parsed = parseConfig(name, written);
    if ('value' in parsed) fields.set(CONFIG_PREFIX + name, parsed.value, at);
    else collector.error('bad-value', at, `${name} is ${JSON.stringify(written)}: ${parsed.problem}`);
  }
}
