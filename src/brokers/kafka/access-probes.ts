import { type Access, BRINGS, EVERYBODY } from './access.ts';
import type { AclOperation, AclResourceType, AclSpec } from './specs.ts';

/** A request that stands for those that an ACL is about. */
export interface Probe extends Access {
  /** `User:app`, or everybody. */
  readonly who: string;
  /** `read on topics that begin with orders.` */
  readonly about: string;
}

/** The operations that there are on each type of resource. https://kafka.apache.org/documentation/#operations_in_kafka */
const OPERATIONS: Readonly<Record<AclResourceType, readonly AclOperation[]>> = {
  topic: ['read', 'write', 'create', 'delete', 'alter', 'describe', 'describe-configs', 'alter-configs'],
  group: ['read', 'delete', 'describe', 'describe-configs', 'alter-configs'],
  cluster: [
    'create',
    'alter',
    'describe',
    'cluster-action',
    'describe-configs',
    'alter-configs',
    'idempotent-write',
  ],
  'transactional-id': ['write', 'describe', 'two-phase-commit'],
  'delegation-token': ['describe'],
  user: ['create-tokens', 'describe-tokens'],
};

/** Stands for a name that no ACL gives. */
const ANY = 'any-name';

/** The requests that one ACL decides about, if no other one does. */
export function probesOf(acl: AclSpec): Probe[] {
  const { principal, host } = acl;
  const type = acl['resource-type'];
  const isAnybody = principal === EVERYBODY;
  const from = host === '*' ? '' : ` from ${host}`;
  const request = {
    principal: isAnybody ? `User:${ANY}` : principal,
    host: host === '*' ? ANY : host,
    type,
    name: acl.pattern === 'prefixed' ? acl.name + ANY : acl.name === '*' ? ANY : acl.name,
    who: isAnybody ? 'everybody' : principal,
  };
  return operationsOf(acl).map((operation) => ({
    ...request,
    operation,
    about: `${operation} on ${resourceText(acl)}${from}`,
  }));
}

function operationsOf({ operation, permission, ...acl }: AclSpec): readonly AclOperation[] {
  if (operation === 'all') return OPERATIONS[acl['resource-type']];
  const brought = permission === 'allow' ? BRINGS[operation] : undefined;
  return brought === undefined ? [operation] : [operation, brought];
}

function resourceText({ name, pattern, 'resource-type': type }: AclSpec): string {
  if (type === 'cluster') return 'the cluster';
  if (pattern === 'prefixed') return `${type}s that begin with ${name}`;
  return name === '*' ? `any ${type}` : `${type} ${name}`;
}
