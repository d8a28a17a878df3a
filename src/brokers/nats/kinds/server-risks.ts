import {
  type BrokerIdentity,
  type Change,
  type Context,
  equalJson,
  type JsonObject,
  type Risk,
} from '../../../model/index.ts';
import type { NatsFacts } from '../facts.ts';
import { consumerFields } from '../fields/consumer.ts';
import type { Combination } from '../fields/field-constraints.ts';
import { type Unsupported, unsupportedIn } from '../fields/normalize.ts';
import { streamFields } from '../fields/stream.ts';
import { supports } from '../version.ts';

/** What the server is too old for: it would drop it in silence, or since 2.12 refuse it. */
export function unsupportedRisks(unsupported: readonly Unsupported[], broker: BrokerIdentity): Risk[] {
  // One hint for all of them: upgrading to the latest that is needed brings the others, too.
  const enough = unsupported
    .map(({ since }) => since)
    .sort()
    .at(-1);
  const what = unsupported.length === 1 ? 'it' : 'them';
  return unsupported.map(({ what: field, since }) => ({
    class: 'refused',
    code: 'unsupported-field',
    message: `${field} needs NATS ${since}, and this server is ${serverText(broker)}`,
    hint: `leave ${what} out, or upgrade every server to ${enough} or later first`,
  }));
}

export function unsupportedInStream(spec: JsonObject, broker: BrokerIdentity): Unsupported[] {
  return unsupportedIn(streamFields, spec, broker);
}

export function unsupportedInConsumer(spec: JsonObject, broker: BrokerIdentity): Unsupported[] {
  const filters = Array.isArray(spec.filter_subjects) ? spec.filter_subjects.length : 0;
  const several: Unsupported[] =
    filters > 1 && !supports(broker, '2.10')
      ? [{ path: ['filter_subjects'], what: 'more than one filter subject', since: '2.10' }]
      : [];
  return [...unsupportedIn(consumerFields, spec, broker), ...several];
}

/** What this very server does not take together; the lint rule knows a server's version only where YAML names it. */
export function combinationRisks(
  combinations: readonly Combination[],
  spec: JsonObject,
  broker: BrokerIdentity,
): Risk[] {
  return combinations
    .filter(({ broken }) => broken(spec, broker))
    .map(({ message }) => ({ class: 'refused', code: 'refused-combination', message }));
}

export function serverText({ version, facts }: BrokerIdentity): string {
  const { apiLevel } = facts as NatsFacts;
  return apiLevel === undefined || apiLevel === 0 ? version : `${version} (API level ${apiLevel})`;
}

/** A cluster moves a stream or changes its copies, one at a time (error 10123). */
export function moveRisks(change: Change, { broker }: Context): Risk[] {
  const { servers } = broker.facts as NatsFacts;
  if (change.action !== 'update' || servers === 1) return [];
  const [before, after] = [change.before.spec, change.after.spec];
  const isMoved = !equalJson(before.placement ?? null, after.placement ?? null);
  if (!isMoved || equalJson(before.num_replicas ?? 1, after.num_replicas ?? 1)) return [];
  return [
    {
      class: 'refused',
      code: 'move-and-scale',
      message: 'a server does not change num_replicas and placement in one update',
      hint: 'apply one of them first, and the other once the stream has moved',
    },
  ];
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
