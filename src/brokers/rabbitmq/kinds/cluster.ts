import {
  type Body,
  type Change,
  type Context,
  disruptive,
  isObject,
  type JsonObject,
  kindOf,
  makeAddress,
  overridden,
  type Resource,
  type Risk,
  refused,
  safe,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { clusterFields } from '../fields/administration.ts';
import { bodyOf, propertiesOf, ref } from '../fields/field.ts';
import { atLeast } from '../version.ts';
import { pick, placesOf } from './arguments.ts';
import type { Collector, RabbitKind } from './kind.ts';
import { httpPut, text } from './parts.ts';
import { escapeTexts } from './secrets.ts';

const KIND = 'cluster';
/** The name in the address: there is one resource of the kind in a cluster. */
const SETTINGS = 'settings';

/** Names of the global parameters that hold the settings. */
const NAME = 'cluster_name';
const TAGS = 'cluster_tags';

/**
 * Name and tags of the cluster. `<broker>/cluster/settings`; spec: `name` and `tags`, as far as they are known. What is
 * not declared is left alone. Seen on 3.10.8 and 4.3.6: before 4.0 nothing reads the tags; from 4.0 on each node that
 * starts sets `cluster_tags` to those of its rabbitmq.conf, none where it has none, and `cluster_name` if it has one.
 */
export const cluster: RabbitKind = {
  definitions: {
    cluster: bodyOf('Name and tags of the cluster.', propertiesOf(clusterFields), { mayBeEmpty: true }),
  },
  beside: {
    keys: { cluster: ref('cluster') },
    declare: declareCluster,
    write: ([resource]) => ({ cluster: resource ? writeCluster(resource.spec) : {} }),
  },
  listing: {
    path: 'overview',
    per: 'broker',
    query: 'disable_stats=true',
    isOne: true,
    right: 'the tag "management"',
    read: (items, { broker }) =>
      items.map(({ cluster_name: name, cluster_tags: tags }) =>
        clusterResource(broker, { name: text(name), ...(isObject(tags) && { tags }) }),
      ),
  },
  // A file has the name only if it was set, and the tags from 4.0 on.
  exported(file, { broker }) {
    const parameter = (name: string) =>
      file.list('global_parameters').find((item) => item.name === name)?.value;
    const [name, tags] = [parameter(NAME), parameter(TAGS)];
    const areNone = Array.isArray(tags) && tags.length === 0;
    const spec = {
      ...(typeof name === 'string' && { name }),
      ...((isObject(tags) || areNone) && { tags: areNone ? {} : tags }),
    };
    return Object.keys(spec).length > 0 ? [clusterResource(broker, spec)] : [];
  },

  title: () => ({ title: 'cluster settings', detail: '' }),

  complete({ address, spec }, context) {
    const live = context.live.get(address)?.spec;
    // What a file does not say, or a broker that has no tags, is the same as no tags.
    const isKnown = (field: string) => !live || live[field] !== undefined;
    const { name, tags } = spec;
    const isNone = isObject(tags) && Object.keys(tags).length === 0;
    const mayDiffer = isKnown('tags') || !(isNone || isFile(context));
    return {
      ...(name !== undefined && isKnown('name') && { name }),
      ...(tags !== undefined && mayDiffer && { tags }),
    };
  },

  risks(change, { broker }): Risk[] {
    if (change.action === 'delete') return [NOT_DELETED];
    const { tags } = change.after.spec;
    const isTagged = changes(change, 'tags') && isObject(tags) && Object.keys(tags).length > 0;
    return [
      ...(changes(change, 'name') ? [RENAMED] : []),
      ...(isTagged && !atLeast(broker, '4.0') ? [UNTAGGABLE] : []),
      ...(isTagged && atLeast(broker, '4.0') ? [UNTIL_RESTART] : []),
    ];
  },

  calls(change): RabbitCall[] {
    if (change.action === 'delete') return [];
    const { after } = change;
    const { name = null, tags = null } = after.spec;
    return [
      ...(changes(change, 'name') ? [httpPut(after, ['cluster-name'], { name })] : []),
      ...(changes(change, 'tags') ? [httpPut(after, ['global-parameters', TAGS], { value: tags })] : []),
    ];
  },

  isAlwaysThere: true,
};

/** The name that changes give to the cluster. */
export function newClusterName(changes: readonly Change[]): string | undefined {
  for (const change of changes) {
    if (change.action === 'delete' || kindOf(change.after.address) !== KIND) continue;
    const { name } = change.after.spec;
    const before = 'before' in change ? change.before.spec.name : undefined;
    if (typeof name === 'string' && name !== before) return name;
  }
  return undefined;
}

function clusterResource(broker: string, spec: JsonObject): Resource {
  return { address: makeAddress(broker, KIND, SETTINGS), spec, dependsOn: [] };
}

function declareCluster(collector: Collector, { section, value }: Body): void {
  if (!isObject(value.cluster)) return;
  const { address } = clusterResource(section.broker, {});
  const body = overridden({ section, value: value.cluster, at: section.at(value, 'cluster') }, address);
  const places = placesOf(body, clusterFields);
  collector.add(clusterResource(section.broker, pick(body.value, clusterFields)), body.at, places);
}

/**
 * Without a name that the broker made of its node's, `rabbit@host`: written, it would be given to every cluster that
 * gets the topology.
 */
function writeCluster({ name, tags }: JsonObject): JsonObject {
  const isGiven = typeof name === 'string' && name !== '' && !/^[^@\s]+@[^@\s]+$/.test(name);
  const texts = isObject(tags) ? Object.entries(tags) : [];
  const areTexts = texts.length > 0 && texts.every(([, value]) => typeof value === 'string');
  return escapeTexts({
    ...(isGiven && { name }),
    ...(areTexts && { tags: Object.fromEntries(texts.sort()) }),
  });
}

function changes(change: Exclude<Change, { action: 'delete' }>, field: string): boolean {
  if (!('fields' in change)) return change.after.spec[field] !== undefined;
  return change.fields.some(({ path }) => path[0] === field);
}

function isFile({ broker }: Context): boolean {
  return broker.facts.fromFile === true;
}

const RENAMED = disruptive(
  'cluster-renamed',
  'metrics, federation and clients see the new name, and plans that were saved before are refused',
);

const UNTIL_RESTART = safe(
  'until-restart',
  'a node that starts sets the tags of its rabbitmq.conf again',
  'write the same tags there: cluster_tags.<key> = <value>',
);

const UNTAGGABLE = refused('unsupported', 'RabbitMQ before 4.0 has no cluster tags', 'remove the tags');

const NOT_DELETED = refused(
  'always-there',
  'a cluster always has its settings',
  'declare other ones instead',
);
