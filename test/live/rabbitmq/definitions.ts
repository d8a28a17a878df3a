import { parseDefinitions } from '../../../src/brokers/rabbitmq/import/definitions.ts';
import type { Json, JsonObject } from '../../../src/model/index.ts';
import type { Management } from './management.ts';

type Item = Record<string, unknown>;
type Definitions = Record<string, unknown>;

/** In the order in which a broker imports them. */
const LISTS = [
  'exchanges',
  'queues',
  'bindings',
  'policies',
  'parameters',
  'permissions',
  'topic_permissions',
] as const;

interface Request {
  readonly method: 'PUT' | 'POST';
  readonly path: readonly string[];
  readonly body: Item;
}

/** How the management API makes an item of each list. */
const REQUESTS: Readonly<Record<(typeof LISTS)[number], (item: Item, vhost: string) => Request>> = {
  exchanges: ({ name, ...body }, vhost) => ({
    method: 'PUT',
    path: ['exchanges', vhost, String(name)],
    body,
  }),
  queues: ({ name, ...body }, vhost) => ({ method: 'PUT', path: ['queues', vhost, String(name)], body }),
  bindings: ({ source, destination, destination_type, ...body }, vhost) => ({
    method: 'POST',
    path: [
      'bindings',
      vhost,
      'e',
      String(source),
      destination_type === 'queue' ? 'q' : 'e',
      String(destination),
    ],
    body,
  }),
  policies: ({ name, ...body }, vhost) => ({ method: 'PUT', path: ['policies', vhost, String(name)], body }),
  parameters: ({ component, name, value }, vhost) =>
    component === 'operator_policy'
      ? { method: 'PUT', path: ['operator-policies', vhost, String(name)], body: value as Item }
      : { method: 'PUT', path: ['parameters', String(component), vhost, String(name)], body: { value } },
  permissions: ({ user, ...body }, vhost) => ({
    method: 'PUT',
    path: ['permissions', vhost, String(user)],
    body,
  }),
  topic_permissions: ({ user, ...body }, vhost) => ({
    method: 'PUT',
    path: ['topic-permissions', vhost, String(user)],
    body,
  }),
};

function itemsOf(definitions: Definitions, list: string, vhost: string): Item[] {
  const items = definitions[list];
  return Array.isArray(items) ? items.filter((item: Item) => item.vhost === vhost) : [];
}

/** The address that an item has in findings. */
function addressOf(list: string, item: Item, vhost: string): string {
  const file = {
    rabbitmq_version: '3.10.8',
    vhosts: [{ name: vhost }],
    [list]: [item],
  } as JsonObject as Json;
  const resources = parseDefinitions(file, 'main')?.resources ?? [];
  const [, own] = resources.map(({ address }) => address);
  if (own === undefined) throw new Error(`no address for ${list} ${JSON.stringify(item)}`);
  return own;
}

/**
 * Sends every item of a vhost to a broker by itself.
 * @returns what it says to each that it refuses, by address. Bindings of what it refused are left out: they fall with it.
 */
export async function importOneByOne(
  broker: Management,
  definitions: Definitions,
  vhost: string,
): Promise<Map<string, string>> {
  await broker.put(['vhosts', vhost], {});
  const refused = new Map<string, string>();
  const gone = new Set<string>();
  for (const list of LISTS) {
    for (const item of itemsOf(definitions, list, vhost)) {
      if (list === 'bindings' && gone.has(`${item.destination_type}s ${item.destination}`)) continue;
      const { method, path, body } = REQUESTS[list](item, vhost);
      await broker.request(method, path, body).catch((error: Error) => {
        if (isAboutAnother(error)) return;
        refused.set(addressOf(list, item, vhost), error.message);
        gone.add(`${list} ${item.name}`);
      });
    }
  }
  return refused;
}

/** Sends the definitions of a vhost as one file. @returns whether the broker takes it */
export async function importWhole(
  broker: Management,
  definitions: Definitions,
  vhost: string,
): Promise<boolean> {
  const lists = Object.fromEntries(LISTS.map((list) => [list, itemsOf(definitions, list, vhost)]));
  const file = { rabbitmq_version: definitions.rabbitmq_version, vhosts: [{ name: vhost }], ...lists };
  return broker.request('POST', ['definitions'], file).then(
    () => true,
    (error: Error) => isAboutAnother(error),
  );
}

/**
 * 4.3.6 goes on to look for federated exchanges of a vhost that was deleted, each time that an upstream is set in any
 * other one, and answers that the deleted one does not exist.
 */
function isAboutAnother(error: Error): boolean {
  return error.message.includes('no_such_vhost');
}
