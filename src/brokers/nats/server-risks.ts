import type { BrokerIdentity, Change, Context, JsonObject, Risk } from '../../model/index.ts';
import type { Fields } from './fields.ts';
import { unsupportedIn } from './normal.ts';
import type { NatsFacts } from './specs.ts';

/** What the server is too old for: it would drop it in silence, or since 2.12 refuse it. */
export function unsupportedRisks(fields: Fields, spec: JsonObject, broker: BrokerIdentity): Risk[] {
  return unsupportedIn(fields, spec, broker).map(({ what, since }) => ({
    class: 'refused',
    code: 'unsupported-field',
    message: `${what} needs NATS ${since}, and this server is ${serverText(broker)}`,
    hint: `leave it out, or upgrade every server to ${since} or later first`,
  }));
}

export function serverText({ version, facts }: BrokerIdentity): string {
  const { apiLevel } = facts as NatsFacts;
  return apiLevel === undefined || apiLevel === 0 ? version : `${version} (API level ${apiLevel})`;
}

/**
 * More replicas than servers. Old servers take such an update in silence and keep the copies that they have, newer
 * ones refuse it (10074); a creation is refused by all that stand alone, and finds no peers in a cluster (10005).
 */
export function replicaRisks(change: Change, { broker }: Context): Risk[] {
  const { servers } = broker.facts as NatsFacts;
  if (change.action === 'delete' || servers === undefined) return [];
  const wanted = change.after.spec.num_replicas;
  const isSame = change.action === 'update' && change.before.spec.num_replicas === wanted;
  if (isSame || typeof wanted !== 'number' || wanted <= servers) return [];
  return [
    {
      class: 'refused',
      code: 'too-many-replicas',
      message: `${wanted} replicas need ${wanted} servers with JetStream, and there ${servers === 1 ? 'is 1' : `are ${servers}`}`,
    },
  ];
}
