import { isIPv4, isIPv6 } from 'node:net';
import type { JsonObject } from '../../../model/index.ts';
import { listOf, mapOf, ref, type SectionSchema, type WireWord, wordsOf } from './field.ts';

/** ResourceType.java. */
export const resourceTypes = {
  topic: { wire: 2 },
  group: { wire: 3 },
  'transactional-id': { wire: 5 },
  /** There is one of it, without a name. */
  cluster: { wire: 4 },
  'delegation-token': { wire: 6 },
  user: { wire: 7 },
} as const satisfies Readonly<Record<string, WireWord>>;

export type AclResourceType = keyof typeof resourceTypes;

/** PatternType.java. */
export const patterns = {
  literal: { wire: 3 },
  prefixed: { wire: 4 },
} as const satisfies Readonly<Record<string, WireWord>>;

/** AclPermissionType.java. */
export const permissions = {
  allow: { wire: 3 },
  deny: { wire: 2 },
} as const satisfies Readonly<Record<string, WireWord>>;

interface Operation extends WireWord {
  /** The types of resources that have it. https://kafka.apache.org/documentation/#operations_in_kafka */
  readonly on: readonly AclResourceType[];
  /** The operation that a permission includes: `AclEntry` and `StandardAuthorizer`. */
  readonly implies?: 'describe' | 'describe-configs';
}

/** AclOperation.java. */
export const operations = {
  /** Every operation that the type has. */
  all: { wire: 2, on: [] },
  read: { wire: 3, on: ['topic', 'group'], implies: 'describe' },
  write: { wire: 4, on: ['topic', 'transactional-id'], implies: 'describe' },
  create: { wire: 5, on: ['topic', 'cluster'] },
  delete: { wire: 6, on: ['topic', 'group'], implies: 'describe' },
  alter: { wire: 7, on: ['topic', 'cluster'], implies: 'describe' },
  describe: { wire: 8, on: ['topic', 'group', 'cluster', 'transactional-id', 'delegation-token'] },
  'cluster-action': { wire: 9, on: ['cluster'] },
  'describe-configs': { wire: 10, on: ['topic', 'group', 'cluster'] },
  'alter-configs': { wire: 11, on: ['topic', 'group', 'cluster'], implies: 'describe-configs' },
  'idempotent-write': { wire: 12, on: ['cluster'] },
  'create-tokens': { wire: 13, on: ['user'] },
  'describe-tokens': { wire: 14, on: ['user'] },
  'two-phase-commit': { wire: 15, on: ['transactional-id'] },
} as const satisfies Readonly<Record<string, Operation>>;

export type AclOperation = keyof typeof operations;

const rows: Readonly<Record<AclOperation, Operation>> = operations;

export function operationsOn(type: AclResourceType): readonly AclOperation[] {
  return wordsOf(rows).filter((operation) => rows[operation].on.includes(type));
}

/** The operation that a permission of this one includes: `read` on a topic includes `describe`. */
export function impliedBy(operation: AclOperation): AclOperation | undefined {
  return rows[operation].implies;
}

interface Shorthand {
  readonly key: string;
  readonly type: AclResourceType;
  readonly operations: readonly AclOperation[];
  readonly doc: string;
}

/** As `kafka-acls --producer` and `--consumer` have it. */
export const shorthands: readonly Shorthand[] = [
  {
    key: 'produces',
    type: 'topic',
    operations: ['write', 'describe'],
    doc: 'Topics that it writes to: `write` and `describe`.',
  },
  {
    key: 'consumes',
    type: 'topic',
    operations: ['read', 'describe'],
    doc: 'Topics that it reads: `read` and `describe`. To consume as a group it needs `groups` too.',
  },
  {
    key: 'groups',
    type: 'group',
    operations: ['read', 'describe'],
    doc: 'Consumer groups that it takes part in: `read` and `describe`.',
  },
  {
    key: 'transactional-ids',
    type: 'transactional-id',
    operations: ['write', 'describe'],
    doc: 'Transactional ids that it produces with: `write` and `describe`.',
  },
];

const named = { type: 'string', minLength: 1 };
const severalOf = (items: JsonObject) => ({ type: 'array', minItems: 1, uniqueItems: true, items });

export const aclSchema: SectionSchema = {
  properties: { acls: mapOf('What principals may do, by principal: `User:orders-service`.', 'grants') },
  $defs: {
    name: {
      description: 'A name, or how names begin: `orders` or `{ prefix: orders. }`. `"*"` is every name.',
      anyOf: [
        named,
        {
          type: 'object',
          properties: { prefix: { description: 'How the names begin.', ...named } },
          required: ['prefix'],
          additionalProperties: false,
        },
      ],
    },
    names: {
      description: 'One name or several.',
      anyOf: [ref('name'), { type: 'array', minItems: 1, items: ref('name') }],
    },
    grants: {
      description: 'What one principal may do.',
      type: ['object', 'null'],
      properties: {
        ...Object.fromEntries(shorthands.map(({ key, doc }) => [key, listOf(doc, 'name')])),
        allow: listOf('Other ACLs that allow.', 'acl'),
        deny: listOf('ACLs that forbid. They win over those that allow.', 'acl'),
      },
      additionalProperties: false,
    },
    acl: {
      description: 'Operations on resources: one ACL for each operation, name and host.',
      type: 'object',
      properties: {
        ...Object.fromEntries(
          wordsOf(resourceTypes).map((type) => [
            type,
            type === 'cluster' ? { description: 'The cluster itself.', const: true } : ref('names'),
          ]),
        ),
        operations: {
          description: 'What it may do, or not.',
          ...severalOf({ enum: [...wordsOf(operations)] }),
        },
        hosts: {
          description: 'From which IP addresses. From everywhere where it is left out.',
          ...severalOf(named),
        },
      },
      required: ['operations'],
      additionalProperties: false,
    },
  },
};

/**
 * An authorizer compares the host of an ACL with the address of a client as Java writes it, letter by letter
 * (`StandardAuthorizerData.findResult`, `InetAddress.getHostAddress`): an IPv6 address in eight groups without leading
 * zeros, an IPv4 address that came over IPv6 as IPv4. Ranges and names match no client.
 */
export function isMatchableHost(host: string): boolean {
  return host === '*' || writtenByJava(host) === host;
}

/** The same address as Java writes it; undefined for what is no address. */
export function writtenByJava(host: string): string | undefined {
  if (isIPv4(host)) return host;
  // A zone belongs to one machine only, and is kept as it is.
  const [address = '', zone] = host.split('%', 2);
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return groups.map((group) => group.toString(16)).join(':') + (zone === undefined ? '' : `%${zone}`);
}

function groupsOf(address: string): number[] {
  const [head = [], tail] = address.split('::', 2).map(partsOf);
  if (tail === undefined) return [...head];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** `a:b` as two groups, and `1.2.3.4` at the end as two more. */
function partsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
