import type { AclOperation, AclResourceType, AclSpec } from './specs.ts';

/** What a client asks for. */
export interface Access {
  readonly principal: string;
  readonly host: string;
  readonly type: AclResourceType;
  readonly name: string;
  readonly operation: AclOperation;
}

export const EVERYBODY = 'User:*';

/** The operations that there are on each type of resource. https://kafka.apache.org/documentation/#operations_in_kafka */
export const OPERATIONS: Readonly<Record<AclResourceType, readonly AclOperation[]>> = {
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

/** What a permission allows with it: who may read a topic may describe it. `AclEntry` and `StandardAuthorizer`. */
export const BRINGS: Partial<Record<AclOperation, AclOperation>> = {
  read: 'describe',
  write: 'describe',
  delete: 'describe',
  alter: 'describe',
  'alter-configs': 'describe-configs',
};

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
    const found = [access.principal, EVERYBODY].flatMap((principal) =>
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
  return acl.permission === 'allow' && BRINGS[acl.operation] === operation;
}
