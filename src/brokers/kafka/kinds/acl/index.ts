import {
  type Body,
  disruptive,
  groupBy,
  isObject,
  itemsOf,
  type Json,
  type JsonObject,
  literal,
  membersOf,
  type Resource,
  type Section,
  type Source,
  subject,
} from '../../../../model/index.ts';
import { type AclOperation, aclSchema, permissions, resourceTypes, shorthands } from '../../fields/acl.ts';
import { wordsOf } from '../../fields/field.ts';
import type { Collector, KafkaKind } from '../kind.ts';
import { type AclCall, type AclSpec, aclOf, aclResource, CLUSTER_NAME, describeAcl } from './spec.ts';

/**
 * All of an ACL is its identity, so it is created and deleted, and never changed.
 * https://kafka.apache.org/documentation/#security_authz
 */
export const acl: KafkaKind = {
  schema: aclSchema,
  declare: declareAcls,
  toSection: aclsSection,

  title(resource) {
    const { principal } = aclOf(resource);
    return { title: `acl ${principal}`, detail: describeAcl(aclOf(resource)) };
  },

  complete: ({ spec }): JsonObject => spec,
  immutableReason: () => 'an ACL is its own identity',

  risks(change) {
    const { permission } = aclOf(subject(change));
    if (change.action === 'create') {
      return permission === 'deny' ? [disruptive('acl-denies', 'clients that do this now are refused')] : [];
    }
    return [
      permission === 'deny'
        ? disruptive('acl-deleted', 'what it forbids may be allowed by another ACL')
        : disruptive('acl-deleted', 'clients that need it are refused, unless another ACL allows the same'),
    ];
  },

  calls(change): AclCall[] {
    const resource = subject(change);
    const op = change.action === 'delete' ? 'acl.delete' : 'acl.create';
    return [{ op, target: resource.address, body: aclOf(resource) }];
  },

  stillText: () => 'still in force',
};

/** Resource types that a raw entry may name; `cluster` has no name. */
const NAMED_TYPES = wordsOf(resourceTypes).filter((type) => type !== 'cluster');

interface ResourceName {
  readonly name: string;
  readonly pattern: AclSpec['pattern'];
  readonly at: Source;
}

/** `acls: { 'User:app': { produces: […], allow: […] } }`. */
function declareAcls(collector: Collector, sectionBody: Body): void {
  for (const [principal, body] of membersOf(sectionBody, 'acls')) {
    if (!checkPrincipal(collector, principal, body.at)) continue;
    for (const shorthand of shorthands) {
      for (const { at, ...named } of namesIn(body.section, body.value, shorthand.key)) {
        for (const operation of shorthand.operations) {
          const acl: AclSpec = {
            'resource-type': shorthand.type,
            ...named,
            principal,
            host: '*',
            operation,
            permission: 'allow',
          };
          collector.imply(aclResource(body.section.broker, acl), at);
        }
      }
    }
    for (const permission of wordsOf(permissions)) {
      for (const item of itemsOf(body, permission)) declareRaw(collector, item, principal, permission);
    }
  }
}

function declareRaw(
  collector: Collector,
  item: Body,
  principal: string,
  permission: AclSpec['permission'],
): void {
  const { section, value, at } = item;
  const types = [...NAMED_TYPES, 'cluster' as const].filter((type) => value[type] !== undefined);
  const [type] = types;
  if (type === undefined || types.length > 1) {
    const found = types.length > 1 ? `names ${types.join(' and ')}` : 'names no resource';
    const hint = `write one of ${NAMED_TYPES.join(', ')} and "cluster: true"`;
    collector.error('acl-resource', at, `an ACL is about one kind of resource, and this one ${found}`, {
      hint,
    });
    return;
  }
  const names: ResourceName[] =
    type === 'cluster'
      ? [{ name: CLUSTER_NAME, pattern: 'literal', at }]
      : namesIn(section, value, type).map((named) => ({ ...named, at }));
  for (const { at: place, ...named } of names) {
    for (const host of textsOf(value.hosts) ?? ['*']) {
      for (const operation of (textsOf(value.operations) ?? []) as AclOperation[]) {
        const acl: AclSpec = { 'resource-type': type, ...named, principal, host, operation, permission };
        collector.add(aclResource(section.broker, acl), place);
      }
    }
  }
}

/** Names below a key: one, or a list. */
function namesIn(section: Section, container: Body['value'], key: string): ResourceName[] {
  const value = container[key];
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index) => nameOf(item, section.at(value, index)));
  }
  return value === undefined || value === null ? [] : nameOf(value, section.at(container, key));
}

function nameOf(value: Json, at: Source): ResourceName[] {
  if (typeof value === 'string') return [{ name: value, pattern: 'literal', at }];
  const prefix = isObject(value) ? value.prefix : undefined;
  return typeof prefix === 'string' ? [{ name: prefix, pattern: 'prefixed', at }] : [];
}

function textsOf(value: Json | undefined): string[] | undefined {
  return Array.isArray(value)
    ? value.filter((item: Json): item is string => typeof item === 'string')
    : undefined;
}

function checkPrincipal(collector: Collector, principal: string, at: Source): boolean {
  if (/^[^:\s]+:./.test(principal)) return true;
  collector.error('bad-name', at, `"${principal}" is not a principal: missing type`, {
    hint: `write User:${principal || 'name'}; User:* is everyone`,
  });
  return false;
}

/** ACLs by principal: shorthands where they say exactly the same, and the rest written out. */
function aclsSection(resources: readonly Resource[]): JsonObject {
  const byPrincipal = groupBy(resources.map(aclOf), ({ principal }) => principal);
  const principals = [...byPrincipal].sort(([a], [b]) => (a < b ? -1 : 1));
  if (principals.length === 0) return {};
  return {
    acls: Object.fromEntries(principals.map(([principal, acls]) => [principal, literal(grantsOf(acls))])),
  };
}

function grantsOf(acls: readonly AclSpec[]): JsonObject {
  const short: Record<string, Json[]> = {};
  const raw: Record<'allow' | 'deny', Json[]> = { allow: [], deny: [] };
  for (const group of grouped(acls)) {
    const left = new Set(group.operations);
    const covered = new Set<AclOperation>();
    for (const { key, type, operations } of shorthands) {
      const { permission, hosts } = group;
      if (type !== group.type || permission !== 'allow' || hosts[0] !== '*' || hosts.length > 1) continue;
      if (!operations.every((operation) => group.operations.includes(operation))) continue;
      short[key] = [...(short[key] ?? []), group.name];
      for (const operation of operations) covered.add(operation);
    }
    for (const operation of covered) left.delete(operation);
    if (left.size === 0) continue;
    const resource: JsonObject = group.type === 'cluster' ? { cluster: true } : { [group.type]: group.name };
    const hosts = group.hosts.length === 1 && group.hosts[0] === '*' ? {} : { hosts: group.hosts };
    raw[group.permission].push({ ...resource, operations: [...left], ...hosts });
  }
  const lists = [...shorthands.map(({ key }) => [key, short[key] ?? []] as const), ...Object.entries(raw)];
  return Object.fromEntries(lists.filter(([, items]) => items.length > 0));
}

interface Group {
  readonly type: AclSpec['resource-type'];
  readonly name: Json;
  readonly permission: AclSpec['permission'];
  readonly hosts: readonly string[];
  readonly operations: readonly AclOperation[];
}

/** ACLs on the same resource, by host, and then those with the same operations together. */
function grouped(acls: readonly AclSpec[]): Group[] {
  const sorted = [...acls].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const groups: Group[] = [];
  for (const same of groupBy(sorted, keyOf).values()) {
    const [first] = same;
    if (!first) continue;
    const byHost = groupBy(same, ({ host }) => host);
    const byOperations = groupBy([...byHost], ([, own]) =>
      own
        .map(({ operation }) => operation)
        .sort()
        .join(),
    );
    for (const hosts of byOperations.values()) {
      groups.push({
        type: first['resource-type'],
        name: first.pattern === 'prefixed' ? { prefix: first.name } : first.name,
        permission: first.permission,
        hosts: hosts.map(([host]) => host).sort(),
        operations: (hosts[0]?.[1] ?? []).map(({ operation }) => operation).sort(),
      });
    }
  }
  return groups;
}

function keyOf(acl: AclSpec): string {
  const order = [...NAMED_TYPES, 'cluster'].indexOf(acl['resource-type']);
  return JSON.stringify([order, acl.permission, acl.pattern, acl.name]);
}
