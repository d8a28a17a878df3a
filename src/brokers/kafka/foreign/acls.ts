import type { DraftSection } from '../../../model/foreign/index.ts';
import type { Json, JsonObject, Source } from '../../../model/index.ts';
import type { AclOperation, AclSpec } from '../specs.ts';

/** As Kafka calls them; other tools write them in capitals, or in one word. */
export const OPERATIONS: readonly AclOperation[] = [
  'all',
  'read',
  'write',
  'create',
  'delete',
  'alter',
  'describe',
  'cluster-action',
  'describe-configs',
  'alter-configs',
  'idempotent-write',
  'create-tokens',
  'describe-tokens',
  'two-phase-commit',
];

export const RESOURCE_TYPES: readonly AclSpec['resource-type'][] = [
  'topic',
  'group',
  'cluster',
  'transactional-id',
  'delegation-token',
  'user',
];

export const PATTERNS = ['literal', 'prefixed'] as const;
export const PERMISSIONS = ['allow', 'deny'] as const;

/** One ACL, and where it was written. What is not said is what Kafka's own tools take for it. */
export interface Grant {
  readonly principal: string;
  readonly type: AclSpec['resource-type'];
  /** Of no matter for the cluster, which has but one name. */
  readonly name: string;
  readonly operation: AclOperation;
  readonly pattern?: AclSpec['pattern'] | undefined;
  readonly host?: string | undefined;
  readonly permission?: AclSpec['permission'] | undefined;
  readonly at: Source;
}

/** Adds an ACL; the same one is there once, whoever asks for it. */
export function grant(draft: DraftSection, acl: Grant): void {
  const { principal, type, name, operation, pattern, host, permission = 'allow', at } = acl;
  const named: Json = pattern === 'prefixed' ? { prefix: name } : name;
  const resource: JsonObject = type === 'cluster' ? { cluster: true } : { [type]: named };
  const hosts = host === undefined || host === '*' ? {} : { hosts: [host] };
  draft.append(['acls', principal, permission], { ...resource, operations: [operation], ...hosts }, at);
}
