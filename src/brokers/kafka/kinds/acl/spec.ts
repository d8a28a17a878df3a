import { type Address, makeAddress, type Resource } from '../../../../model/index.ts';
import type { AclOperation, AclResourceType, patterns, permissions } from '../../fields/acl.ts';
import { topicAddress } from '../topic/spec.ts';
import { USER, userAddress } from '../user.ts';

/**
 * `<broker>/acl/<resource type>/<pattern>/<resource name>/<principal>/<permission>/<operation>/<host>`.
 * All of an ACL is its identity: it is created or deleted, never updated.
 */
export type AclSpec = {
  readonly 'resource-type': AclResourceType;
  /** For a cluster resource always `kafka-cluster`. `*` with `literal` is every resource of the type. */
  readonly name: string;
  readonly pattern: keyof typeof patterns;
  /** `User:alice`, `User:*`, `User:CN=client`. */
  readonly principal: string;
  /** An IP address, or `*`. */
  readonly host: string;
  readonly operation: AclOperation;
  readonly permission: keyof typeof permissions;
};

/** The name that every cluster has as a resource. */
export const CLUSTER_NAME = 'kafka-cluster';

export type AclCall = { op: 'acl.create' | 'acl.delete'; target: string; body: AclSpec };

export function aclAddress(broker: string, acl: AclSpec): Address {
  const path = [acl['resource-type'], acl.pattern, acl.name, acl.principal];
  return makeAddress(broker, 'acl', ...path, acl.permission, acl.operation, acl.host);
}

export function aclResource(broker: string, acl: AclSpec): Resource {
  const { principal, name, pattern } = acl;
  const isNamed = pattern === 'literal' && name !== '*';
  const dependsOn = [
    ...(acl['resource-type'] === 'topic' && isNamed ? [topicAddress(broker, name)] : []),
    ...(principal.startsWith(USER) ? [userAddress(broker, principal.slice(USER.length))] : []),
  ];
  return { address: aclAddress(broker, acl), spec: acl, dependsOn };
}

export function aclOf(resource: Resource): AclSpec {
  return resource.spec as AclSpec;
}

/** `allow write on topic orders`, `deny all on groups that start with x. from 10.0.0.1`. */
export function describeAcl(spec: AclSpec): string {
  const from = spec.host === '*' ? '' : ` from ${spec.host}`;
  return `${spec.permission} ${spec.operation} on ${aclResourceText(spec, 'every')}${from}`;
}

/** `the cluster`, `topics that start with x.`, `every topic`. @param all the word for every name */
export function aclResourceText(
  { 'resource-type': type, name, pattern }: AclSpec,
  all: 'every' | 'any',
): string {
  if (type === 'cluster') return 'the cluster';
  if (pattern === 'prefixed') return `${type}s that start with ${name}`;
  return name === '*' ? `${all} ${type}` : `${type} ${name}`;
}
