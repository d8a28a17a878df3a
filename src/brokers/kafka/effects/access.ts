import type { AclOperation, AclResourceType } from '../fields/acl.ts';
import { impliedBy, operationsOn } from '../fields/acl.ts';
import type { AclSpec } from '../kinds/acl/spec.ts';

/** What a client asks for. */
interface Access {
  readonly principal: string;
  readonly host: string;
  readonly type: AclResourceType;
  readonly name: string;
  readonly operation: AclOperation;
}

const EVERYONE = 'User:*';

/**
 * Judges requests as a cluster does that has these ACLs: a denial counts more than a permission, and what nothing
 * permits is refused. Superusers are not known here. https://kafka.apache.org/documentation/#security_authz
 */
export function authorizer(acls: readonly AclSpec[]): (access: Access) => boolean {
  const byPrincipal = new Map<string, AclSpec[]>();
  for (const acl of acls) {
    const group = byPrincipal.get(acl.principal);
    if (group) group.push(acl);
    else byPrincipal.set(acl.principal, [acl]);
  }
  return (access) => {
    const found = [access.principal, EVERYONE].flatMap((principal) =>
      (byPrincipal.get(principal) ?? []).filter((acl) => covers(acl, access)),
    );
    return found.length > 0 && found.every(({ permission }) => permission === 'allow');
  };
}

function covers(acl: AclSpec, { host, type, name, operation }: Access): boolean {
  if (acl['resource-type'] !== type || (acl.host !== '*' && acl.host !== host)) return false;
  const named =
    acl.pattern === 'prefixed' ? name.startsWith(acl.name) : acl.name === '*' || acl.name === name;
  if (!named) return false;
  if (acl.operation === 'all' || acl.operation === operation) return true;
  return acl.permission === 'allow' && impliedBy(acl.operation) === operation;
}

/** A request that stands for those that an ACL is about. */
interface Probe extends Access {
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
  const isAnybody = principal === EVERYONE;
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
  if (operation === 'all') return operationsOn(acl['resource-type']);
  const brought = permission === 'allow' ? impliedBy(operation) : undefined;
  return brought === undefined ? [operation] : [operation, brought];
}

function resourceText({ name, pattern, 'resource-type': type }: AclSpec): string {
  if (type === 'cluster') return 'the cluster';
  if (pattern === 'prefixed') return `${type}s that begin with ${name}`;
  return name === '*' ? `any ${type}` : `${type} ${name}`;
}
