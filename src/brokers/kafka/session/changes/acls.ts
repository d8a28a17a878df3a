import { canonicalJson } from '../../../../model/index.ts';
import { CreateAcls, DeleteAcls } from '../../protocol/requests/acls.ts';
import { operations, patterns, permissions, resourceTypes } from '../../protocol/words.ts';
import type { AclSpec } from '../../specs.ts';
import { listAcls } from '../acls.ts';
import type { Cluster } from '../cluster.ts';
import type { Verdict, Way } from './carry-out.ts';

const ACLS = 1_000;

export function aclCreation(cluster: Cluster): Way<AclSpec> {
  return {
    op: 'create ACL',
    async ask(bodies) {
      const question = { acls: bodies.map(onWire) };
      const answer = await cluster.ask(CreateAcls, question, { to: 'controller', repeatable: true });
      return answer.results.map(toVerdict);
    },
    right: () => ({ operation: 'Alter' }),
    chunk: { items: ACLS },
    invisible: (bodies) => listedAs(cluster, bodies, false),
  };
}

/** An ACL that is gone already matches nothing, which is no error. */
export function aclDeletion(cluster: Cluster): Way<AclSpec> {
  return {
    op: 'delete ACL',
    async ask(bodies) {
      const question = { filters: bodies.map(onWire) };
      const answer = await cluster.ask(DeleteAcls, question, { to: 'controller', repeatable: true });
      return answer.results.map((result) =>
        toVerdict(result.matching.find(({ error }) => error !== 0) ?? result),
      );
    },
    right: () => ({ operation: 'Alter' }),
    chunk: { items: ACLS },
    invisible: (bodies) => listedAs(cluster, bodies, true),
  };
}

function toVerdict({ error, message }: { error: number; message: string | null }): Verdict {
  return { code: error, message };
}

function onWire(acl: AclSpec) {
  return {
    resourceType: resourceTypes.number(acl['resource-type']),
    name: acl.name,
    pattern: patterns.number(acl.pattern),
    principal: acl.principal,
    host: acl.host,
    operation: operations.number(acl.operation),
    permission: permissions.number(acl.permission),
  };
}

/** Those of the ACLs that the cluster lists, or those that it does not list. */
async function listedAs(cluster: Cluster, bodies: readonly AclSpec[], present: boolean): Promise<AclSpec[]> {
  const listed = new Set((await listAcls(cluster, true)).map((acl) => canonicalJson(acl)));
  return bodies.filter((acl) => listed.has(canonicalJson(acl)) === present);
}
