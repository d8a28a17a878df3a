import { type Address, makeAddress } from '../../model/index.ts';
import type { AclSpec, QuotaEntity } from './specs.ts';

/*
 * The addresses of every kind, in one place: what is declared and what is read from a cluster meet by address only.
 */

export function topicAddress(broker: string, topic: string): Address {
  return makeAddress(broker, 'topic', topic);
}

export function aclAddress(broker: string, acl: AclSpec): Address {
  const path = [acl['resource-type'], acl.pattern, acl.name, acl.principal];
  return makeAddress(broker, 'acl', ...path, acl.permission, acl.operation, acl.host);
}

/**
 * `main/quota/user/alice`, `main/quota/user/alice/client-id/app`, `main/quota/ip/10.0.0.1`; a default entity has a
 * word of its own and no name, so that a user named `default` is another one: `main/quota/default-user`.
 */
export function quotaAddress(broker: string, entity: QuotaEntity): Address {
  const path = (['user', 'client-id', 'ip'] as const).flatMap((type) => {
    const name = entity[type];
    if (name === undefined) return [];
    return name === null ? [`default-${type}`] : [type, name];
  });
  return makeAddress(broker, 'quota', ...path);
}

export function userAddress(broker: string, user: string): Address {
  return makeAddress(broker, 'user', user);
}
