import {
  BrokerError,
  type BrokerIdentity,
  createInCopy,
  type Failure,
  indexByAddress,
  isStaleCopy,
  type JsonObject,
  kindOf,
  makeAddress,
  type Resource,
  type TestTrial,
} from '../../../../model/index.ts';
import { kinds } from '../../kinds/index.ts';
import type { RabbitKind } from '../../kinds/kind.ts';
import { brokerOf, pathOf, tableOf } from '../../kinds/parts.ts';
import { numberSetting } from '../../routing/reachability.ts';
import type { Queue, Vhost } from '../../routing/topology.ts';
import type { Management } from '../management.ts';
import { type Sending, sendUnits } from '../send.ts';

/*
 * A copy of a vhost in which tests publish, made and removed: it routes as the original does, and keeps what a test
 * waits for. Times are shortened, since no test can wait for days.
 */

/**
 * - `keep`: nothing expires, so that each message stays in the queues that it reaches directly.
 * - `flow`: a message waits for a moment where it would expire to a dead-letter exchange, and rests anywhere else.
 */
export type Phase = 'keep' | 'flow';

/** Milliseconds that a message waits instead of the declared time, at most. */
export const MOMENT = 100;
/** Milliseconds; longer than any test. */
const LONG = 3_600_000;

/** What is copied, in the order in which it is created. */
const ORDER = [['policy', 'operator-policy'], ['exchange', 'queue'], ['binding']];

/** The resources of a copy, those that can be created at once in one list each. */
function scratchOf(resources: readonly Resource[], vhost: Vhost, name: string, phase: Phase): Resource[][] {
  const inVhost = resources.filter((resource) => pathOf(resource)[0] === vhost.name);
  return ORDER.map((kinds) =>
    inVhost.flatMap((resource): Resource[] => {
      const kind = kindOf(resource.address);
      if (!kinds.includes(kind)) return [];
      const [, ...rest] = pathOf(resource);
      const address = makeAddress(brokerOf(resource), kind, name, ...rest);
      return [{ address, spec: specOf(kind, resource, vhost, phase), dependsOn: [] }];
    }),
  );
}

function specOf(kind: string, { spec, address }: Resource, vhost: Vhost, phase: Phase): JsonObject {
  switch (kind) {
    case 'exchange':
      return { ...spec, 'auto-delete': false };
    case 'queue': {
      const queue = vhost.queues.get(pathOf({ address })[1] ?? '');
      return { ...spec, 'auto-delete': false, exclusive: false, arguments: argumentsOf(queue, spec, phase) };
    }
    case 'policy':
    case 'operator-policy': {
      const definition = tableOf(spec.definition);
      const longer = ['message-ttl', 'expires'].filter((key) => definition[key] !== undefined);
      const times = Object.fromEntries(longer.map((key) => [key, LONG]));
      return { ...spec, definition: { ...definition, ...times } };
    }
    default:
      return spec;
  }
}

function argumentsOf(queue: Queue | undefined, spec: JsonObject, phase: Phase): JsonObject {
  const { 'x-message-ttl': _, 'x-expires': __, ...args } = tableOf(spec.arguments);
  const ttl = queue && waitingTime(queue);
  return ttl === undefined || phase === 'keep' ? args : { ...args, 'x-message-ttl': Math.min(ttl, MOMENT) };
}

/** Milliseconds after which a queue hands messages to its dead-letter exchange; undefined where it does not. */
export function waitingTime(queue: Queue): number | undefined {
  const ttl = numberSetting(queue, 'message-ttl');
  return ttl === undefined || !queue.setting('dead-letter-exchange') ? undefined : Number(ttl);
}

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
