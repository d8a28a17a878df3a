import type { JsonObject, Resource } from '../../model/index.ts';
import { aclAddress, quotaAddress, topicAddress, userAddress } from './addresses.ts';
import type { AclSpec, QuotaSpec } from './specs.ts';

/*
 * One constructor a kind: the address, and what the resource needs. A need may name what nobody declares; it is an
 * edge only where both ends are there.
 */

/** Topics that brokers keep for themselves. `org.apache.kafka.common.internals.Topic`, and tiered storage. */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
  '__cluster_metadata',
  '__remote_log_metadata',
]);

export const USER = 'User:';

export function topicResource(broker: string, name: string, spec: JsonObject): Resource {
  return { address: topicAddress(broker, name), spec, needs: [] };
}

export function aclResource(broker: string, acl: AclSpec): Resource {
  const { principal, name, pattern } = acl;
  const isNamed = pattern === 'literal' && name !== '*';
  const needs = [
    ...(acl['resource-type'] === 'topic' && isNamed ? [topicAddress(broker, name)] : []),
    ...(principal.startsWith(USER) ? [userAddress(broker, principal.slice(USER.length))] : []),
  ];
  return { address: aclAddress(broker, acl), spec: acl, needs };
}

export function quotaResource(broker: string, spec: QuotaSpec): Resource {
  const { user } = spec.entity;
  const needs = typeof user === 'string' ? [userAddress(broker, user)] : [];
  return { address: quotaAddress(broker, spec.entity), spec, needs };
}

export function userResource(broker: string, name: string, spec: JsonObject): Resource {
  return { address: userAddress(broker, name), spec, needs: [] };
}
