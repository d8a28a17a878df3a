import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import {
  type Address,
  type BrokerIdentity,
  type Change,
  type Context,
  indexByAddress,
  type Kind,
  kindOf,
  type Resource,
} from '../../../src/model/index.ts';
import { declaring } from '../declaring.ts';

export const { declareYaml, declareFiles } = declaring(rabbitmq);

export function broker(version = '4.3.6', facts: BrokerIdentity['facts'] = {}): BrokerIdentity {
  return { name: 'rabbitmq', type: 'rabbitmq', id: 'test', version, facts };
}

/** Both sides completed, as diffing does it. */
export function contextOf(
  desired: readonly Resource[],
  live: readonly Resource[] = [],
  identity: BrokerIdentity = broker(),
): Context {
  const raw: Context = { broker: identity, desired: indexByAddress(desired), live: indexByAddress(live) };
  const complete = (side: ReadonlyMap<Address, Resource>) =>
    new Map(
      [...side].map(([address, one]) => [address, { ...one, spec: kindFor(address).complete(one, raw) }]),
    );
  return { broker: identity, desired: complete(raw.desired), live: complete(raw.live) };
}

export function kindFor(address: Address): Kind {
  const kind = rabbitmq.kinds[kindOf(address)];
  if (!kind) throw new Error(`no kind for ${address}`);
  return kind;
}

/** The calls of a change, with the destructive risk allowed or not. */
export function callsOf(change: Change, context: Context, isAllowed = false) {
  const { address } = change.action === 'delete' ? change.before : change.after;
  return kindFor(address).calls(change, context, { destructive: isAllowed });
}
