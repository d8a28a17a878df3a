import type { Json, JsonObject, Resource } from '../../../model/index.ts';
import { NAMED_TYPES, SHORTHANDS } from '../declare/acls.ts';
import { aclOf } from '../kinds/acl.ts';
import type { AclOperation, AclSpec } from '../specs.ts';

/** ACLs by principal: shorthands where they say exactly the same, and the rest written out. */
export function aclsSection(resources: readonly Resource[]): JsonObject {
  const byPrincipal = groupBy(resources.map(aclOf), ({ principal }) => principal);
  const principals = [...byPrincipal].sort(([a], [b]) => (a < b ? -1 : 1));
  if (principals.length === 0) return {};
  return {
    acls: Object.fromEntries(principals.map(([principal, acls]) => [escaped(principal), grantsOf(acls)])),
  };
}

function grantsOf(acls: readonly AclSpec[]): JsonObject {
  const shorthands: Record<string, Json[]> = {};
  const raw: Record<'allow' | 'deny', Json[]> = { allow: [], deny: [] };
  for (const group of grouped(acls)) {
    const left = new Set(group.operations);
    const covered = new Set<AclOperation>();
    for (const { key, type, operations } of SHORTHANDS) {
      const { permission, hosts } = group;
      if (type !== group.type || permission !== 'allow' || hosts[0] !== '*' || hosts.length > 1) continue;
      if (!operations.every((operation) => group.operations.includes(operation))) continue;
      shorthands[key] = [...(shorthands[key] ?? []), group.name];
      for (const operation of operations) covered.add(operation);
    }
    for (const operation of covered) left.delete(operation);
    if (left.size === 0) continue;
    const resource: JsonObject = group.type === 'cluster' ? { cluster: true } : { [group.type]: group.name };
    const hosts = group.hosts.length === 1 && group.hosts[0] === '*' ? {} : { hosts: group.hosts };
    raw[group.permission].push({ ...resource, operations: [...left], ...hosts });
  }
  const lists = Object.entries({ ...inOrder(shorthands), ...raw }).filter(([, items]) => items.length > 0);
  return Object.fromEntries(lists);
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
        name: first.pattern === 'prefixed' ? { prefix: escaped(first.name) } : escaped(first.name),
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

function inOrder(lists: Readonly<Record<string, Json[]>>): Record<string, Json[]> {
  return Object.fromEntries(SHORTHANDS.map(({ key }) => [key, lists[key] ?? []]));
}

function escaped(text: string): string {
  return text.replaceAll('${', () => '$${');
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
