import { canonicalJson, type Resource } from '../../../model/index.ts';
import { operations, patterns, permissions, resourceTypes } from '../fields/acl.ts';
import { wordOf } from '../fields/field.ts';
import { type AclCall, type AclSpec, aclAddress } from '../kinds/acl/spec.ts';
import type { Cluster } from './cluster.ts';
import type { CallExecutor, Verdict } from './executor.ts';
import type { KindSession, Wanted } from './kind-session.ts';
import { api, int8, int16, int32, nullableString, string } from './protocol/codec.ts';
import { CODE } from './protocol/errors.ts';
import { refused } from './refusals.ts';

const FILTER = {
  resourceType: int8,
  name: nullableString,
  pattern: int8,
  principal: nullableString,
  host: nullableString,
  operation: int8,
  permission: int8,
};

const ACL = {
  resourceType: int8,
  name: string,
  pattern: int8,
  principal: string,
  host: string,
  operation: int8,
  permission: int8,
};

/** In filters: matches every type, pattern, operation or permission. */
const ANY = 1;

const DescribeAcls = api({ key: 29, name: 'DescribeAcls', version: 1, flexible: false }, FILTER, {
  throttle: int32,
  error: int16,
  message: nullableString,
  resources: [
    {
      resourceType: int8,
      name: string,
      pattern: int8,
      acls: [{ principal: string, host: string, operation: int8, permission: int8 }],
    },
  ],
});

/** Answered in the order of the question. */
const CreateAcls = api(
  { key: 30, name: 'CreateAcls', version: 1, flexible: false },
  { acls: [ACL] },
  { throttle: int32, results: [{ error: int16, message: nullableString }] },
);

/** Answered in the order of the question. */
const DeleteAcls = api(
  { key: 31, name: 'DeleteAcls', version: 1, flexible: false },
  { filters: [FILTER] },
  {
    throttle: int32,
    results: [
      {
        error: int16,
        message: nullableString,
        matching: [{ error: int16, message: nullableString, ...ACL }],
      },
    ],
  },
);

export const acls: KindSession<AclCall> = {
  requests: [DescribeAcls, CreateAcls, DeleteAcls],
  read: readAcls,
  executors: (cluster) => ({
    'acl.create': creation(cluster),
    'acl.delete': deletion(cluster),
  }),
};

async function readAcls(cluster: Cluster, wanted: Wanted): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  return (await listAcls(cluster, wanted.names.size > 0))
    .map((spec): Resource => ({ address: aclAddress(broker, spec), spec, dependsOn: [] }))
    .filter(wanted.includes);
}

/**
 * Every ACL of the cluster, in one request. Some that are newer than our words are left out.
 * @param needed whether a cluster without an authorizer is an error; else it has no ACLs.
 */
async function listAcls(cluster: Cluster, needed: boolean): Promise<AclSpec[]> {
  const everything = {
    ...{ resourceType: ANY, name: null, pattern: ANY, principal: null },
    ...{ host: null, operation: ANY, permission: ANY },
  };
  const response = await cluster.read(DescribeAcls, everything);
  if (response.error === CODE.SECURITY_DISABLED && !needed) return [];
  if (response.error !== 0) {
    const { error: code, message } = response;
    throw refused(cluster.settings, { op: 'read ACLs', code, message, right: { operation: 'Describe' } });
  }
  return response.resources.flatMap(({ resourceType, name, pattern, acls }) =>
    acls.flatMap(({ principal, host, operation, permission }): AclSpec[] => {
      const type = wordOf(resourceTypes, resourceType);
      const kind = wordOf(patterns, pattern);
      const may = wordOf(permissions, permission);
      const what = wordOf(operations, operation);
      if (!type || !kind || !may || !what) return [];
      return [
        { 'resource-type': type, name, pattern: kind, principal, host, operation: what, permission: may },
      ];
    }),
  );
}

const ACLS = 1_000;

function creation(cluster: Cluster): CallExecutor<AclSpec> {
  return {
    op: 'create ACL',
    async send(bodies) {
      const request = { acls: bodies.map(toWire) };
      const response = await cluster.request(CreateAcls, request, 'controller');
      return response.results.map(toVerdict);
    },
    right: () => ({ operation: 'Alter' }),
    chunk: { items: ACLS },
    notVisible: (bodies) => listedAs(cluster, bodies, false),
  };
}

/** An ACL that is already gone matches nothing, which is not an error. */
function deletion(cluster: Cluster): CallExecutor<AclSpec> {
  return {
    op: 'delete ACL',
    async send(bodies) {
      const request = { filters: bodies.map(toWire) };
      const response = await cluster.request(DeleteAcls, request, 'controller');
      return response.results.map((result) =>
        toVerdict(result.matching.find(({ error }) => error !== 0) ?? result),
      );
    },
    right: () => ({ operation: 'Alter' }),
    chunk: { items: ACLS },
    notVisible: (bodies) => listedAs(cluster, bodies, true),
  };
}

function toVerdict({ error, message }: { error: number; message: string | null }): Verdict {
  return { code: error, message };
}

function toWire(acl: AclSpec) {
  return {
    resourceType: resourceTypes[acl['resource-type']].wire,
    name: acl.name,
    pattern: patterns[acl.pattern].wire,
    principal: acl.principal,
    host: acl.host,
    operation: operations[acl.operation].wire,
    permission: permissions[acl.permission].wire,
  };
}

/** Those of the ACLs that the cluster lists, or those that it does not list. */
async function listedAs(cluster: Cluster, bodies: readonly AclSpec[], present: boolean): Promise<AclSpec[]> {
  const listed = new Set((await listAcls(cluster, true)).map((acl) => canonicalJson(acl)));
  return bodies.filter((acl) => listed.has(canonicalJson(acl)) === present);
}
