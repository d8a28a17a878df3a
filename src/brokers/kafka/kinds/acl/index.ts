import { disruptive, type JsonObject } from '../../../../model/index.ts';
import { aclSchema } from '../../fields/acl.ts';
import type { KafkaKind } from '../kind.ts';
import { type AclCall, aclOf, describeAcl } from './spec.ts';
import { aclsSection, declareAcls } from './yaml.ts';

/**
 * All of an ACL is its identity, so it is created and deleted, and never changed.
 * https://kafka.apache.org/documentation/#security_authz
 */
export const acl: KafkaKind = {
  schema: aclSchema,
  declare: declareAcls,
  toSection: aclsSection,

  title(resource) {
    const { principal } = aclOf(resource);
    return { title: `acl ${principal}`, detail: describeAcl(aclOf(resource)) };
  },

  complete: ({ spec }): JsonObject => spec,
  immutableReason: () => 'an ACL is its own identity',

  risks(change) {
    const { permission } = aclOf(change.action === 'delete' ? change.before : change.after);
    if (change.action === 'create') {
      return permission === 'deny' ? [disruptive('acl-denies', 'clients that do this now are refused')] : [];
    }
    return [
      permission === 'deny'
        ? disruptive('acl-deleted', 'what it forbids may be allowed by another ACL')
        : disruptive('acl-deleted', 'clients that need it are refused, unless another ACL allows the same'),
    ];
  },

  calls(change): AclCall[] {
    const resource = change.action === 'delete' ? change.before : change.after;
    const op = change.action === 'delete' ? 'acl.delete' : 'acl.create';
    return [{ op, target: resource.address, body: aclOf(resource) }];
  },

  stillText: () => 'still in force',
};
