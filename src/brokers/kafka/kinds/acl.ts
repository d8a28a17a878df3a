import type { JsonObject, Kind, Resource } from '../../../model/index.ts';
import type { KafkaCall } from '../calls.ts';
import type { AclSpec } from '../specs.ts';
import { disruptive } from './parts.ts';

/** All of an ACL is its identity, so it is created and deleted, and never changed. https://kafka.apache.org/documentation/#security_authz */
export const acl: Kind = {
  title(resource) {
    const { principal } = aclOf(resource);
    return { title: `acl ${principal}`, detail: describeAcl(aclOf(resource)) };
  },

  complete: ({ spec }): JsonObject => spec,
  fixed: () => 'an ACL is its own identity',

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

  calls(change): KafkaCall[] {
    const resource = change.action === 'delete' ? change.before : change.after;
    const op = change.action === 'delete' ? 'acl.delete' : 'acl.create';
    return [{ op, target: resource.address, body: aclOf(resource) }];
  },

  stillText: () => 'still in force',
};

export function aclOf(resource: Resource): AclSpec {
  return resource.spec as AclSpec;
}

/** `allow write on topic orders`, `deny all on groups that begin with x. from 10.0.0.1`. */
export function describeAcl(spec: AclSpec): string {
  const type = spec['resource-type'];
  const on = type === 'cluster' ? 'the cluster' : resourceText(type, spec);
  const from = spec.host === '*' ? '' : ` from ${spec.host}`;
  return `${spec.permission} ${spec.operation} on ${on}${from}`;
}

function resourceText(type: string, { name, pattern }: AclSpec): string {
  if (pattern === 'prefixed') return `${type}s that begin with ${name}`;
  return name === '*' ? `every ${type}` : `${type} ${name}`;
}
