import { type Access, BRINGS, EVERYBODY, OPERATIONS } from './access.ts';
import type { AclOperation, AclSpec } from './specs.ts';

/** A request that stands for those that an ACL is about. */
export interface Probe extends Access {
  /** `User:app`, or everybody. */
  readonly who: string;
  /** `read on topics that begin with orders.` */
  readonly about: string;
}

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
