import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type JsonObject, toBigInt } from '../../../../model/index.ts';
import { countMessages, SETTLED } from '../metrics.ts';
import { definitionsFor } from './policies.ts';
import type { MoveRun } from './run.ts';
import type { LiveQueue } from './state.ts';

/** The queue that the messages go to. */
interface Receiver {
  readonly name: string;
  readonly type: string;
  readonly arguments: JsonObject;
}

/**
 * Refuses to give a queue more messages than it keeps: it would drop the oldest of them. Its limits are those of its
 * arguments, its policy and its operator policy, of which the broker takes the lowest.
 * @param sources the queues whose messages are to be in it
 * @throws BrokerError, ConnectionError
 */
export async function checkCapacity(
  run: MoveRun,
  to: Receiver,
  sources: readonly (LiveQueue | undefined)[],
): Promise<void> {
  const definitions = await definitionsFor(run, to.name, to.type);
  const live = await run.options.listings.queue(run.vhost, to.name, '');
  // What the user may not list is told of the queue itself, where it is of this type already.
  if (live && live.type === to.type && isObject(live.effective_policy_definition))
    definitions.push(live.effective_policy_definition);
  const most = (key: string): bigint | undefined =>
    [to.arguments[`x-${key}`], ...definitions.map((one) => one[key])]
      .flatMap((value) => toBigInt(value ?? null) ?? [])
      .reduce<bigint | undefined>((low, one) => (low === undefined || one < low ? one : low), undefined);
  const queues = sources.filter((queue) => queue !== undefined);
  const count = most('max-length');
  if (count !== undefined) {
    const messages = await messagesIn(run, queues);
    if (BigInt(messages) > count) refuse(run, to, `${count} messages (max-length)`, String(messages));
  }
  const size = most('max-length-bytes');
  if (size === undefined) return;
  const bytes = await bytesIn(run, queues);
  if (BigInt(bytes) > size) refuse(run, to, `${size} bytes (max-length-bytes)`, String(bytes));
}

function refuse(run: MoveRun, { name }: Receiver, limit: string, there: string): never {
  const which = name === run.queue ? 'the new queue' : `queue ${JSON.stringify(name)}`;
  const key = limit.replace(/.*\((.*)\)/, '$1');
  run.fail(
    `${which} keeps at most ${limit}, and there are ${there}`,
    `raise ${key}, or let consumers take messages first`,
  );
}

async function messagesIn(run: MoveRun, queues: readonly LiveQueue[]): Promise<number> {
  const refs = queues.map(({ name, type }) => ({ vhost: run.vhost, name, type }));
  const counts = await countMessages(refs, run.options);
  return refs.reduce((sum, ref) => {
    const { ready, unacknowledged } = counts.get(ref) ?? {};
    if (ready === undefined || unacknowledged === undefined) refuseUnknown(run, ref.name);
    return sum + ready + unacknowledged;
  }, 0);
}

/** Of the bodies, as the limit counts them. The statistics may be some seconds old: later ones are waited for. */
async function bytesIn(run: MoveRun, queues: readonly LiveQueue[]): Promise<number> {
  run.report('waiting for fresh sizes of the messages');
  await sleep(SETTLED);
  let sum = 0;
  for (const { name } of queues) {
    const item = await run.options.listings.queue(run.vhost, name, '');
    if (typeof item?.message_bytes !== 'number') refuseUnknown(run, name);
    sum += item.message_bytes;
  }
  return sum;
}

function refuseUnknown(run: MoveRun, name: string): never {
  run.fail(
    `the broker does not tell how much queue ${JSON.stringify(name)} holds, and the queue that it goes to is limited`,
    'wait for its statistics, and apply again to continue the move; no message is lost',
  );
}
