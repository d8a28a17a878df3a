import {
  BrokerError,
  type BrokerIdentity,
  createInCopy,
  type Failure,
  indexByAddress,
  isStaleCopy,
  kindOf,
  makeAddress,
  type Resource,
  type TestTrial,
} from '../../../../model/index.ts';
import { kinds } from '../../kinds/index.ts';
import type { RabbitKind } from '../../kinds/kind.ts';
import type { Vhost } from '../../routing/topology.ts';
import type { Management } from '../management.ts';
import { type Sending, sendUnits } from '../send.ts';
import { type Phase, scratchOf } from './scratch.ts';

/*
 * The vhosts in which tests publish: made, and removed.
 */

/** How the broker is reached, and who it is. */
export type Means = Sending & { readonly broker: BrokerIdentity };

/** Follows the name of the copy. */
const PHASE = /-(?:keep|flow)$/;

/** @throws BrokerError part of it may be there */
export async function createVhost(
  scratch: string,
  phase: Phase,
  vhost: Vhost,
  { resources, signal }: TestTrial,
  sending: Means,
): Promise<void> {
  const { broker } = sending;
  const [own] = resources.filter(({ address }) => address === makeAddress(broker.name, 'vhost', vhost.name));
  const address = makeAddress(broker.name, 'vhost', scratch);
  const type = own?.spec['default-queue-type'];
  const spec = type === undefined ? {} : { 'default-queue-type': type };
  const lists = scratchOf(resources, vhost, scratch, phase);
  const context = { broker, desired: indexByAddress(lists.flat()), live: new Map() };
  for (const list of [[{ address, spec, dependsOn: [] }], ...lists]) {
    const units = list.map((after) => callsOf(after, context));
    const refused = await createInCopy(units, (all, options) => sendUnits(all, options, sending), signal);
    if (refused) throw new BrokerError(broker.name, failureOf(refused.failure));
  }
}

function callsOf(after: Resource, context: Parameters<RabbitKind['calls']>[1]) {
  const kind = kinds[kindOf(after.address)];
  return kind?.calls({ action: 'create', after }, context, { destructive: false }) ?? [];
}

function failureOf(failure: Failure | undefined): Failure {
  if (!failure) return { op: 'test', message: 'the copy of the vhost could not be made' };
  if (failure.status !== '401' && failure.status !== '403') return failure;
  const hint = 'test --live makes a vhost: connect as a user with the tag administrator';
  return { ...failure, hint };
}

/** Removes the scratch vhosts of runs that were killed before they could. */
export async function removeStale(management: Management, broker: string): Promise<void> {
  const { status, body } = await management.request({
    method: 'GET',
    path: ['vhosts'],
    query: 'columns=name',
    repeatable: true,
  });
  if (status !== 200 || !Array.isArray(body)) return;
  for (const { name } of body as readonly { readonly name?: unknown }[]) {
    const vhost = String(name);
    if (!PHASE.test(vhost) || !isStaleCopy(vhost.replace(PHASE, ''), Date.now())) continue;
    await removeVhost(management, broker, vhost);
  }
}

/** @throws BrokerError the vhost may still be there */
export async function removeVhost(management: Management, broker: string, name: string): Promise<void> {
  const { status } = await management.request({
    method: 'DELETE',
    path: ['vhosts', name],
    repeatable: true,
  });
  if (status < 300 || status === 404) return;
  throw new BrokerError(broker, {
    op: `delete vhost ${name}`,
    status: String(status),
    message: 'the copy of the vhost was not removed',
    hint: 'delete it by hand, or let test --live do it an hour from now',
  });
}
