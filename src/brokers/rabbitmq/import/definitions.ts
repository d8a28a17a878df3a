import {
  isObject,
  type Json,
  type JsonObject,
  MissingVariable,
  type Resource,
  type Snapshot,
} from '../../../model/index.ts';
import type { RabbitFacts } from '../facts.ts';
import { kinds } from '../kinds/index.ts';
import type { Definitions, Reading } from '../kinds/kind.ts';
import { tableOf, text } from '../kinds/parts.ts';
import { vhostMetadata } from '../kinds/vhost.ts';
import { atLeast, NEWEST } from '../version.ts';
import { usableEntries } from './entries.ts';

/** What a definitions file lists. A file that a broker wrote has all of them, one that a person wrote has some. */
const LISTS = [
  'vhosts',
  'users',
  ...Object.values(kinds).flatMap(({ exported }) => (typeof exported === 'string' ? [exported] : [])),
];

/**
 * A definitions file, of a whole broker or of one vhost, as live resources. Undefined where the data is none.
 * A file shows no message counts, and leaves out internal exchanges from 4.x on. What a person wrote may lack the
 * version, which is then the newest known one, and any of the lists.
 * https://www.rabbitmq.com/docs/definitions
 */
export function parseDefinitions(data: Json, name: string): Snapshot | undefined {
  if (!isObject(data)) return undefined;
  const told = textOr(data.rabbitmq_version) ?? textOr(data.rabbit_version);
  const lists = LISTS.flatMap((key) => (Array.isArray(data[key]) ? [itemsOf(data[key], undefined)] : []));
  // Without a version, only what is listed tells what the file is.
  const isOne = told === undefined ? lists.some((items) => items.length > 0) : lists.length > 0;
  if (!isOne) return undefined;
  const version = told ?? NEWEST;
  const isWhole = Array.isArray(data.vhosts);
  const vhost = isWhole ? undefined : vhostOf(data);
  const vhosts: JsonObject[] = isWhole
    ? itemsOf(usableEntries(data, 'vhosts'), vhost).map((item) => ({
        ...item,
        metadata: importedMetadata(item, version),
      }))
    : vhostsOf(data, vhost ?? '/');
  const types = defaultTypes(vhosts);
  // Brokers from 4.0 on write the type of each queue among its arguments: whoever did not, left it to the vhost.
  const isLeftToVhost = told === undefined || atLeast({ version }, '4.0');
  const usable = (key: string) => itemsOf(usableEntries(data, key), vhost);
  const file: Definitions = {
    list: (key) => {
      if (key === 'vhosts') return vhosts;
      if (key !== 'queues') return usable(key);
      return usable(key).map((item) => ({
        ...item,
        type: typeOf(item, isLeftToVhost ? types[text(item.vhost)] : undefined),
      }));
    },
    parameters: (component) => usable('parameters').filter((item) => item.component === component),
  };
  const id = textOr(data.original_cluster_name) ?? textOr(globalValue(data, 'cluster_name')) ?? 'definitions';
  const facts: RabbitFacts = { defaultQueueTypes: types, fromFile: true };
  const broker = { name, type: 'rabbitmq', id, version, facts };
  return { broker, resources: resourcesIn(file, name) };
}

function resourcesIn(file: Definitions, broker: string): Resource[] {
  const reading: Reading = { broker, desired: new Map(), resolve: noSecrets };
  const resources = Object.values(kinds).flatMap(({ exported, listing }) =>
    typeof exported === 'string'
      ? listing.read(file.list(exported), reading)
      : (exported?.(file, reading) ?? []),
  );
  // 4.x lists a vhost's limits both with the vhost and among the parameters.
  return [...new Map(resources.map((resource) => [resource.address, resource])).values()];
}

/**
 * The metadata that a vhost has once the broker has imported the item. A description or tags beside the metadata win
 * on 3.x and lose on 4.x; a default queue type beside it is not read (seen on 3.10 and 4.3).
 */
function importedMetadata({ description, tags, metadata }: JsonObject, version: string): JsonObject {
  const beside = {
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
  };
  const inside = tableOf(metadata);
  return atLeast({ version }, '4.0') ? { ...beside, ...inside } : { ...inside, ...beside };
}

/** A file of one vhost tells its metadata at the top; one that a person wrote may name several with its items. */
function vhostsOf(data: JsonObject, vhost: string): JsonObject[] {
  const named = LISTS.filter((key) => key !== 'users' && key !== 'global_parameters')
    .flatMap((key) => usableEntries(data, key))
    .map((item) => textOr(item.vhost) ?? vhost);
  const names = named.length > 0 ? [...new Set(named)].sort() : [vhost];
  return names.map((name) =>
    name === vhost ? { ...data, name, metadata: { ...data, ...tableOf(data.metadata) } } : { name },
  );
}

/** Of the type beside the arguments a broker takes no notice when it imports (seen on 4.3). */
function typeOf({ arguments: table }: JsonObject, usual = 'classic'): string {
  return textOr(tableOf(table)['x-queue-type']) ?? usual;
}

function itemsOf(value: Json | undefined, vhost: string | undefined): JsonObject[] {
  const items = Array.isArray(value) ? value.filter(isObject) : [];
  return vhost === undefined ? items : items.map((item) => ({ vhost, ...item }));
}

/** In a file of one vhost, 4.x tells its name at the top, and 3.x only with policies and parameters. */
function vhostOf(data: JsonObject): string {
  const items = [...itemsOf(data.policies, undefined), ...itemsOf(data.parameters, undefined)];
  return (
    textOr(data.original_vhost_name) ??
    items.map((item) => textOr(item.vhost)).find((name) => name !== undefined) ??
    '/'
  );
}

function defaultTypes(vhosts: readonly JsonObject[]): Record<string, string> {
  return Object.fromEntries(
    vhosts.flatMap((item) => {
      const { 'default-queue-type': type } = vhostMetadata(tableOf(item.metadata));
      return typeof type === 'string' && type !== 'undefined' ? [[text(item.name), type]] : [];
    }),
  );
}

function globalValue(data: JsonObject, name: string): Json | undefined {
  return itemsOf(data.global_parameters, undefined).find((item) => item.name === name)?.value;
}

function textOr(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function noSecrets(template: string): string {
  throw new MissingVariable(template);
}
