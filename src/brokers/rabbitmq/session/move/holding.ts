import { BrokerError, type JsonObject } from '../../../../model/index.ts';
import { atLeast } from '../../version.ts';
import { readBindings, unbindOthers } from './bindings.ts';
import { deadLettering, keepPoliciesAway, removePolicy } from './policies.ts';
import { checkOwnRights } from './preflight.ts';
import type { MoveRun } from './run.ts';
import { type LiveQueue, type MoveState, readState } from './state.ts';

/**
 * Makes what the move needs: the policy, the hold and park queues, and the exchanges that lead to hold and back to the
 * queue. What is there stays, with its messages. What was made is removed again where something is refused.
 * @throws BrokerError, ConnectionError
 */
export async function makeHolding(run: MoveRun, state: MoveState): Promise<void> {
  try {
    await keepPoliciesAway(run);
    const args = await holdingArguments(run, state.queue);
    const { hold, park } = run.names;
    if (!state.hold) await declareQueue(run, hold, args);
    await makeExchange(run, hold);
    await bindTo(run, hold, hold);
    await makeExchange(run, run.names.back);
    if (!state.park) await declareQueue(run, park, args);
    await checkOwnRights(run);
    if (!state.hold || !state.park) await run.untilKept(run.newType);
  } catch (error) {
    const isFirst = !state.hold && !state.park;
    if (error instanceof BrokerError && isFirst) await removeUnused(run);
    throw error;
  }
}

/**
 * Leads the messages that are held to a queue, and to no other: back to the one that they come from, or to its new name.
 * The exchange may be one that an earlier move left, with its binding.
 */
export async function makeWayBack(run: MoveRun, queue = run.queue): Promise<void> {
  const { back } = run.names;
  await makeExchange(run, back);
  await unbindOthers(run, back, queue);
  await bindTo(run, back, queue);
}

/** Removes exchanges and policy of the move. */
export async function removeHolding(run: MoveRun): Promise<void> {
  for (const name of [run.names.hold, run.names.back]) await removeExchange(run, name);
  await removePolicy(run);
}

export async function removeExchange(run: MoveRun, name: string): Promise<void> {
  const body = { vhost: run.vhost, name, ifUnused: false };
  await run.do({ op: 'exchange.delete', target: run.target, body });
}

/**
 * Without time to live and limits, and as the new queue, so that messages are kept as safely. A message with an
 * expiration of its own expires there as it would in the queue, and is dead-lettered as it would be.
 */
async function holdingArguments(run: MoveRun, queue: LiveQueue | undefined): Promise<JsonObject> {
  const type = run.newType === 'quorum' ? 'quorum' : 'classic';
  // Each attempt that is killed counts as a delivery. -1 is no limit from 4.0 on, where 20 is the default.
  const isLimited = type === 'quorum' && atLeast(run.options.broker, '4.0');
  return {
    'x-queue-type': type,
    ...(isLimited && { 'x-delivery-limit': -1 }),
    ...(queue && (await deadLettering(run, queue))),
  };
}

async function declareQueue(run: MoveRun, name: string, args: JsonObject): Promise<void> {
  const body = { vhost: run.vhost, name, durable: true, autoDelete: false, arguments: args };
  await run.do({ op: 'queue.declare', target: run.target, body });
}

async function makeExchange(run: MoveRun, name: string): Promise<void> {
  const kept = { durable: true, autoDelete: false, internal: false, arguments: {} };
  const body = { vhost: run.vhost, name, type: 'fanout', ...kept };
  await run.do({ op: 'exchange.declare', target: run.target, body });
}

async function bindTo(run: MoveRun, source: string, destination: string): Promise<void> {
  const body = { vhost: run.vhost, source, destination, routingKey: '', arguments: {} };
  await run.do({ op: 'queue.bind', target: run.target, body });
}

/** Nothing was diverted yet: park has no bindings, and both queues are as empty as they were made. */
async function removeUnused(run: MoveRun): Promise<void> {
  try {
    const { hold, park } = await readState(run);
    if ((await readBindings(run, run.names.park)).length > 0) return;
    for (const queue of [hold, park]) {
      if (!queue) continue;
      if ((await run.ready(queue.name)) !== 0) return;
      const body = { vhost: run.vhost, name: queue.name, type: queue.type, ifEmpty: true };
      await run.do({ op: 'queue.delete', target: run.target, body });
    }
    await removeHolding(run);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
  }
}
