import {
  type Body,
  isObject,
  itemsOf,
  type Json,
  membersOf,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { aclResource } from '../resources.ts';
import type { AclOperation, AclResourceType, AclSpec } from '../specs.ts';
import type { Collector } from './collector.ts';
import { checkPrincipal } from './names.ts';

/** The name that every cluster has as a resource. */
const CLUSTER_NAME = 'kafka-cluster';

/** What a shorthand stands for, as `kafka-acls --producer` and `--consumer` have it. */
export const SHORTHANDS: readonly {
  readonly key: string;
  readonly type: AclResourceType;
  readonly operations: readonly AclOperation[];
}[] = [
  { key: 'produces', type: 'topic', operations: ['write', 'describe'] },
  { key: 'consumes', type: 'topic', operations: ['read', 'describe'] },
  { key: 'groups', type: 'group', operations: ['read', 'describe'] },
  { key: 'transactional-ids', type: 'transactional-id', operations: ['write', 'describe'] },
];

/** Resource types that a raw entry may name; `cluster` has no name. */
export const NAMED_TYPES = ['topic', 'group', 'transactional-id', 'delegation-token', 'user'] as const;

interface ResourceName {
  readonly name: string;
  readonly pattern: AclSpec['pattern'];
  readonly at: Source;
}

/** `acls: { 'User:app': { produces: […], allow: […] } }`. */
export function declareAcls(collector: Collector, sectionBody: Body): void {
  for (const [principal, body] of membersOf(sectionBody, 'acls')) {
    if (!checkPrincipal(collector, principal, body.at)) continue;
    for (const shorthand of SHORTHANDS) {
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
    for (const permission of ['allow', 'deny'] as const) {
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
