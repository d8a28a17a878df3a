import { isMapping, isObject, type Json, type JsonObject, type UnreadPart } from '../../../model/index.ts';

type Shape = 'text' | 'name' | 'flag' | 'table' | 'number' | 'end' | 'any';

interface Entry {
  /** A broker refuses an entry without one of these (seen on 3.10 and 4.3). */
  readonly required: Readonly<Record<string, Shape>>;
  readonly optional?: Readonly<Record<string, Shape>>;
  /** Read by others, or of no meaning for what is declared. */
  readonly beside?: readonly string[];
  readonly inVhost?: true;
}

const FLAGS = { durable: 'flag', auto_delete: 'flag', arguments: 'table' } as const;

/** The lists of a definitions file, and what an entry of each has to be. https://www.rabbitmq.com/docs/definitions */
const ENTRIES: Readonly<Record<string, Entry>> = {
  vhosts: {
    required: { name: 'text' },
    optional: { metadata: 'any' },
    beside: [
      'description',
      'tags',
      'default_queue_type',
      'limits',
      'tracing',
      'cluster_state',
      'protected_from_deletion',
    ],
  },
  users: {
    required: { name: 'text' },
    beside: ['tags', 'limits', 'password', 'password_hash', 'hashing_algorithm'],
  },
  queues: { required: { name: 'name' }, optional: FLAGS, beside: ['exclusive', 'type'], inVhost: true },
  exchanges: {
    required: { name: 'text', type: 'text' },
    optional: { ...FLAGS, internal: 'flag' },
    inVhost: true,
  },
  bindings: {
    required: { source: 'text', destination: 'text', destination_type: 'end' },
    optional: { routing_key: 'text', arguments: 'table' },
    beside: ['properties_key'],
    inVhost: true,
  },
  policies: {
    required: { name: 'text', pattern: 'text', definition: 'table' },
    optional: { priority: 'number', 'apply-to': 'text' },
    inVhost: true,
  },
  permissions: { required: { user: 'text', configure: 'text', write: 'text', read: 'text' }, inVhost: true },
  topic_permissions: {
    required: { user: 'text', exchange: 'text', write: 'text', read: 'text' },
    inVhost: true,
  },
  parameters: { required: { component: 'text', name: 'text', value: 'any' }, inVhost: true },
  global_parameters: { required: { name: 'text', value: 'any' } },
};

const EXPECTED: Readonly<Record<Shape, string>> = {
  text: 'a string',
  name: 'a name',
  flag: 'a boolean',
  table: 'a mapping',
  number: 'a number',
  end: '"queue" or "exchange"',
  any: 'a value',
};

/** The lists whose entries a file of one vhost, written by 3.x, has without their vhost. */
const PLACED = ['queues', 'exchanges', 'bindings', 'permissions'];

/** More of one list are counted. */
const MOST = 20;

/** Whether entries have to say their vhost: a file of one vhost leaves it out, in all of its queues and exchanges. */
function namesVhosts(data: JsonObject): boolean {
  return (
    Array.isArray(data.vhosts) ||
    PLACED.some((key) => {
      const list = data[key];
      return Array.isArray(list) && list.some((item: Json) => isObject(item) && item.vhost !== undefined);
    })
  );
}

/** The entries of a list that a broker takes. */
export function usableEntries(data: JsonObject, list: string): JsonObject[] {
  const value = data[list];
  if (!Array.isArray(value)) return [];
  const needsVhost = namesVhosts(data);
  return value.filter((item: Json): item is JsonObject => problemOf(list, item, needsVhost) === undefined);
}

/** What of a definitions file a broker refuses or does not look at, a reason each. */
export function unreadInDefinitions(data: Json): UnreadPart[] {
  if (!isObject(data)) return [];
  const needsVhost = namesVhosts(data);
  return Object.keys(ENTRIES).flatMap((list) => {
    const value = data[list];
    if (value === undefined) return [];
    if (!Array.isArray(value)) return [{ path: [list], why: 'expected a list; a broker refuses the file' }];
    const found: UnreadPart[] = [];
    let count = 0;
    for (const [index, item] of value.entries()) {
      for (const { field, why } of remarksOn(list, item as Json, needsVhost)) {
        if (count++ < MOST) found.push({ path: [list, index, ...(field === undefined ? [] : [field])], why });
      }
    }
    const more = count - MOST;
    return more > 0 ? [...found, { path: [list], why: `${more} more like these` }] : found;
  });
}

interface Remark {
  readonly field?: string;
  readonly why: string;
}

function remarksOn(list: string, item: Json, needsVhost: boolean): Remark[] {
  const problem = problemOf(list, item, needsVhost);
  if (problem) return [problem];
  if (!isObject(item)) return [];
  const { required = {}, optional = {}, beside = [] } = ENTRIES[list] ?? {};
  const strangers = Object.keys(item).filter(
    (key) =>
      !(
        Object.hasOwn(required, key) ||
        Object.hasOwn(optional, key) ||
        beside.includes(key) ||
        key === 'vhost'
      ),
  );
  return [
    ...strangers.map((field) => ({ field, why: 'a broker does not look at it' })),
    ...(list === 'queues' ? remarkOnType(item) : []),
  ];
}

/** Seen on 4.3: a queue of `type: quorum` without the argument is a classic one once it is imported. */
function remarkOnType({ type, arguments: table }: JsonObject): Remark[] {
  const said = isObject(table) ? table['x-queue-type'] : undefined;
  if (typeof type !== 'string' || type === (said ?? 'classic')) return [];
  return [{ field: 'type', why: 'a broker does not look at it: say x-queue-type in the arguments' }];
}

/** The first reason for which a broker refuses an entry. */
function problemOf(list: string, item: Json, needsVhost: boolean): Remark | undefined {
  if (!isMapping(item)) return { why: 'expected a mapping; a broker refuses the file' };
  const { required = {}, optional = {}, inVhost } = ENTRIES[list] ?? {};
  const missing = Object.keys(required).find((field) => item[field] === undefined);
  if (missing !== undefined) return { why: `left out: ${missing} is missing, and a broker refuses that` };
  if (inVhost && needsVhost && item.vhost === undefined)
    return { why: 'left out: it does not say its vhost' };
  const shapes = { ...required, ...optional, ...(inVhost && { vhost: 'text' as const }) };
  for (const [field, shape] of Object.entries(shapes)) {
    const value = item[field];
    if (value === undefined || isOf(shape, value)) continue;
    return { field, why: `expected ${EXPECTED[shape]}; the entry is left out, as a broker refuses it` };
  }
  return undefined;
}

function isOf(shape: Shape, value: Json): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'name':
      return typeof value === 'string' && value !== '';
    case 'flag':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'end':
      return value === 'queue' || value === 'exchange';
    // An empty table may be written as an empty list.
    case 'table':
      return isMapping(value) || (Array.isArray(value) && value.length === 0);
    case 'any':
      return true;
  }
}
