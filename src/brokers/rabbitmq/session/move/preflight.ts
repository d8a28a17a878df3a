import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import { ConnectionError, isObject, type JsonObject, toBigInt } from '../../../../model/index.ts';
import { AmqpRefusal } from '../connection-errors.ts';
import { countMessages, SETTLED } from '../metrics.ts';
import { toAmqpTable } from '../requests.ts';
import { readBindings } from './bindings.ts';
import { checkOperatorPolicies, definitionsFor } from './policies.ts';
import type { MoveRun } from './run.ts';
import type { LiveQueue, MoveState } from './state.ts';

/**
 * Refuses a move that could not keep every message, before anything is changed.
 * @throws BrokerError, ConnectionError
 */
export async function checkMove(run: MoveRun, { queue, hold, park }: MoveState): Promise<void> {
  for (const held of [hold, park]) if (held) checkHolding(run, held);
  if (run.newType === 'stream') run.fail('messages cannot be moved to a stream and keep what they are');
  await checkOperatorPolicies(run);
  await checkQueueLimit(run, Number(!hold) + Number(!park));
  if (!queue) return;
  checkQueue(run, queue);
  // Lists them once: a broker that cannot is found out now.
  const bindings = await readBindings(run, run.queue);
  // Once messages are diverted, it is not bound, and the statistics are of before.
  await checkClients(run, queue, bindings.length > 0 || park !== undefined);
  await checkCapacity(run, newQueue(run), [queue, hold, park]);
  await checkRights(run, new Set(bindings.map(({ source }) => source)));
}

/** The queue as it is to be, for its limits. */
export function newQueue({ queue: name, newType: type, move }: MoveRun) {
  return { name, type, arguments: move.declare.arguments };
}

export function checkQueue(run: MoveRun, queue: LiveQueue): void {
  if (queue.type === 'stream')
    run.fail('the messages of a stream cannot be moved: reading does not take them out of it');
  if (queue.exclusive)
    run.fail('an exclusive queue belongs to one connection, and no other may consume from it');
  if (queue.name.startsWith('amq.')) run.fail('a server-named queue belongs to the client that declared it');
  if (queue.autoDelete) {
    run.fail(
      'the queue is auto-delete: the broker deletes it with its messages when its last consumer leaves, and the move is one',
      'let consumers empty the queue, and apply again',
    );
  }
}

/** A queue that an earlier run left is used again; one that drops messages is none of ours. */
function checkHolding(run: MoveRun, { name, durable, autoDelete, arguments: args }: LiveQueue): void {
  const limit = ['x-message-ttl', 'x-expires', 'x-max-length', 'x-max-length-bytes'].find(
    (key) => args[key] !== undefined,
  );
  if (durable && !autoDelete && limit === undefined) return;
  const what = limit ?? (durable ? 'auto-delete' : 'not durable');
  run.fail(
    `queue ${JSON.stringify(name)} is to hold the messages during the move, and exists with ${what}: it could lose them`,
    'move its messages elsewhere and delete it, and apply again',
  );
}

export async function checkClients(run: MoveRun, queue: LiveQueue, mayBeBound: boolean): Promise<void> {
  const item = (await run.options.listings.queue(run.vhost, run.queue, '')) ?? {};
  if (item.exclusive_consumer_tag) {
    run.fail(
      'the queue has an exclusive consumer: no other client can consume from it',
      'stop that consumer, and apply again',
    );
  }
  const consumers = Number(item.consumers ?? 0);
  if (queue.arguments['x-single-active-consumer'] === true && consumers > 0) {
    run.fail(
      'the queue has an active single active consumer, and no other receives messages',
      'stop its consumers, and apply again',
    );
  }
  if (run.move.allowGap) return;
  // Listed per exchange only where the broker collects detailed rates.
  const incoming = Array.isArray(item.incoming) ? item.incoming.filter(isObject) : [];
  const byDefault = incoming.some(({ exchange }) => isObject(exchange) && exchange.name === '');
  const { message_stats: stats } = item;
  const rate = isObject(stats) && isObject(stats.publish_details) ? Number(stats.publish_details.rate) : 0;
  if (byDefault || (!mayBeBound && rate > 0)) run.fail(...DEFAULT_EXCHANGE(run));
}

/** What publishers through the default exchange lose, and how to go on. */
export function DEFAULT_EXCHANGE({ target, move }: MoveRun): [message: string, hint: string] {
  const permit = move.allowGap ? '' : `, or permit the loss: --allow 'destructive:${target}'`;
  return [
    'publishers use the default exchange: what they send while the queue is deleted and declared anew would be lost',
    `stop these publishers for the time of the move${permit}`,
  ];
}

async function checkQueueLimit(run: MoveRun, missing: number): Promise<void> {
  if (missing === 0) return;
  const { listings } = run.options;
  const [limits] = await listings.ofVhostIfAllowed('vhost-limits', run.vhost);
  const most = isObject(limits?.value) ? limits.value['max-queues'] : undefined;
  if (typeof most !== 'number' || most < 0) return;
  const queues = (await listings.ofVhost('queues', run.vhost, 'disable_stats=true')).length;
  if (queues + missing <= most) return;
  run.fail(
    `the vhost has ${queues} queues and may have ${most}; the move takes ${missing} more for its time`,
    'raise the limit max-queues of the vhost',
  );
}

/**
 * Requests that the broker refuses in any case tell the rights: a missing one comes first (403), before what else is
 * wrong with them (406; seen on 3.10.8 and 4.3.6). So no message is touched.
 */
export async function checkRights(
  run: MoveRun,
  sources: ReadonlySet<string>,
  other = run.names.park,
): Promise<void> {
  const { links } = run.options;
  const { name, durable, autoDelete, arguments: args } = run.move.declare;
  const ask = (right: string, request: (channel: Channel) => Promise<unknown>) =>
    expectRight(run, right, () => links.callOnce(run.vhost, request));
  await ask(`read queue ${JSON.stringify(name)}`, consumeBadly(name));
  // The queue exists and differs: this declares nothing.
  const options = { durable, autoDelete, arguments: toAmqpTable(args) };
  await ask(`configure queue ${JSON.stringify(name)}`, (channel) => channel.assertQueue(name, options));
  // There is no such binding, and to remove it changes nothing.
  for (const destination of [name, other]) {
    for (const source of sources) {
      const right = `read exchange ${JSON.stringify(source)} and write queue ${JSON.stringify(destination)}`;
      await ask(right, (channel) => channel.unbindQueue(destination, source, randomUUID()));
    }
  }
}

/** @throws BrokerError for a right on the names of the move that the user lacks, once the queues and exchanges are there */
export async function checkOwnRights(run: MoveRun): Promise<void> {
  const { hold, park, back } = run.names;
  const { links } = run.options;
  for (const name of [hold, park]) {
    await expectRight(run, `read queue ${JSON.stringify(name)}`, () =>
      links.callOnce(run.vhost, consumeBadly(name)),
    );
  }
  // The right to write the hold exchange is that to write the hold queue, which was bound.
  const publish = () => links.callAlone(run.vhost, publishBadly(back, hold));
  await expectRight(run, `write exchange ${JSON.stringify(back)}`, publish).catch((error) => {
    // A broker with an alarm does not answer to who publishes: the move waits for its end.
    if (!(error instanceof ConnectionError)) throw error;
  });
}

function consumeBadly(queue: string): (channel: Channel) => Promise<unknown> {
  return (channel) => channel.consume(queue, () => {}, { arguments: { 'x-priority': 'none' } });
}

function publishBadly(exchange: string, queue: string): (channel: Channel) => Promise<unknown> {
  return (channel) => {
    channel.publish(exchange, '', Buffer.alloc(0), { expiration: 'none' });
    return channel.checkQueue(queue);
  };
}

async function expectRight(run: MoveRun, right: string, request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!(error instanceof AmqpRefusal)) throw error;
    if (error.code !== '403') return;
    const user = JSON.stringify(run.options.endpoint.username);
    run.fail(error.message, `user ${user} needs the right to ${right}`);
  }
}

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
