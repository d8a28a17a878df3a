import { equalJson, type JsonObject } from '../../../../model/index.ts';
import type { QueueDeclare } from '../../calls.ts';
import { shownArguments } from '../../kinds/arguments.ts';
import { tableOf, text } from '../../kinds/parts.ts';
import { AmqpRefusal, LostConnection } from '../connection-errors.ts';
import type { MoveRun } from './run.ts';

/** A queue, as the broker lists it. */
export interface LiveQueue {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  /** Without the type. */
  readonly arguments: JsonObject;
}

/** How far a move is: all of it stands on the broker. */
export interface MoveState {
  readonly queue: LiveQueue | undefined;
  /** The queue is the one that is to be. */
  readonly isNew: boolean;
  readonly hold: LiveQueue | undefined;
  readonly park: LiveQueue | undefined;
}

/** @throws ConnectionError, BrokerError */
export async function readState(run: MoveRun): Promise<MoveState> {
  const { names, queue: name, move } = run;
  const [queue, hold, park] = await Promise.all(
    [name, names.hold, names.park].map((one) => readQueue(run, one)),
  );
  return { queue, isNew: queue !== undefined && isDeclared(queue, move.declare), hold, park };
}

export async function readQueue(run: MoveRun, name: string): Promise<LiveQueue | undefined> {
  const { options, vhost } = run;
  const item = await options.listings.queue(vhost, name, 'disable_stats=true');
  if (!item) return expectAbsent(run, name);
  const { 'x-queue-type': typeArgument, ...args } = tableOf(item.arguments);
  return {
    name,
    type: text(item.type) || text(typeArgument) || 'classic',
    durable: item.durable !== false,
    autoDelete: item.auto_delete === true,
    exclusive: item.exclusive === true,
    arguments: args,
  };
}

/**
 * The management API of 3.x does not list a queue whose node is down, which AMQP tells: it is not taken for one that is
 * gone.
 */
async function expectAbsent(run: MoveRun, name: string): Promise<undefined> {
  try {
    await run.options.links.call(run.vhost, (channel) => channel.checkQueue(name));
  } catch (error) {
    if (!(error instanceof AmqpRefusal)) throw error;
    if (error.code === '404' && /^no queue /.test(error.message)) return undefined;
    run.fail(error.message, 'no message is lost; apply again to continue the move');
  }
  throw new LostConnection(run.options.settings.broker, `queue ${JSON.stringify(name)} is not listed`, {
    transient: true,
  });
}

/**
 * A queue whose consumer the broker cancelled: it was deleted. Where it is there, it has another leader or its node comes
 * back, or another client declared it anew: how far the move is must be read again.
 * @throws LostConnection then
 */
export async function expectGone(run: MoveRun, name: string): Promise<void> {
  if (await readQueue(run, name)) throw changed(run, name);
}

/**
 * A queue that is about to be deleted is the one that was emptied, or gone.
 * @throws LostConnection where another client replaced it
 */
export async function expectSame(run: MoveRun, queue: LiveQueue): Promise<void> {
  const now = await readQueue(run, queue.name);
  if (!now) return;
  const { type, durable, autoDelete } = queue;
  const isSame = now.type === type && now.durable === durable && now.autoDelete === autoDelete;
  if (!isSame || !equalJson(now.arguments, queue.arguments)) throw changed(run, queue.name);
}

function changed(run: MoveRun, name: string): LostConnection {
  const message = `another client replaced queue ${JSON.stringify(name)}, or the broker stopped its consumers`;
  const hint = 'no message is lost; apply again to continue the move';
  return new LostConnection(run.options.settings.broker, message, { transient: true, hint });
}

/**
 * Whether a queue is as it is declared. The listing tells; a second declare would not, as brokers do not compare every
 * argument.
 */
function isDeclared(queue: LiveQueue, declare: QueueDeclare): boolean {
  const { 'x-queue-type': type = 'classic', ...args } = declare.arguments;
  return (
    queue.type === type &&
    queue.durable === declare.durable &&
    queue.autoDelete === declare.autoDelete &&
    equalJson(queue.arguments, shownArguments(args))
  );
}
