import type { Resource } from '../../../model/index.ts';
import { aclAddress } from '../addresses.ts';
import { SECURITY_DISABLED } from '../protocol/errors.ts';
import { ANY, DescribeAcls } from '../protocol/requests/acls.ts';
import { operations, patterns, permissions, resourceTypes } from '../protocol/words.ts';
import type { AclSpec } from '../specs.ts';
import type { Cluster } from './cluster.ts';
import { refused } from './refusals.ts';
import type { Wanted } from './scope.ts';

/** @throws ConnectionError, BrokerError */
export async function readAcls(cluster: Cluster, wanted: Wanted): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  return (await listAcls(cluster, wanted.names.size > 0))
    .map((spec): Resource => ({ address: aclAddress(broker, spec), spec, needs: [] }))
    .filter(wanted.includes);
}

/**
 * Every ACL of the cluster, in one request. Some that are newer than our words are left out.
 * @param needed whether a cluster without an authorizer is an error; else it has no ACLs.
 */
export async function listAcls(cluster: Cluster, needed: boolean): Promise<AclSpec[]> {
  const everything = {
    ...{ resourceType: ANY, name: null, pattern: ANY, principal: null },
    ...{ host: null, operation: ANY, permission: ANY },
  };
  const answer = await cluster.ask(DescribeAcls, everything, { to: 'home', repeatable: true });
  if (answer.error === SECURITY_DISABLED && !needed) return [];
  if (answer.error !== 0) {
    const { error: code, message } = answer;
    throw refused(cluster.settings, { op: 'read ACLs', code, message, right: { operation: 'Describe' } });
  }
  return answer.resources.flatMap(({ resourceType, name, pattern, acls }) =>
    acls.flatMap(({ principal, host, operation, permission }): AclSpec[] => {
      const type = resourceTypes.word(resourceType);
      const kind = patterns.word(pattern);
      const may = permissions.word(permission);
      const what = operations.word(operation);
      if (!type || !kind || !may || !what) return [];
      return [
        { 'resource-type': type, name, pattern: kind, principal, host, operation: what, permission: may },
      ];
    }),
  );
}
