import {
  BrokerError,
  ConnectionError,
  isObject,
  type Lock,
  type LockAttempt,
  type LockHolder,
  type LockRequest,
  lockName,
  readHolder,
  writeHolder,
} from '../../../model/index.ts';
import { text } from '../kinds/parts.ts';
import type { AmqpLinks } from './amqp.ts';
import { AmqpRefusal } from './connection-errors.ts';
import type { Listings } from './listings.ts';
import type { RabbitSettings } from './settings.ts';

/*
 * The lock is an exclusive queue in the vhost that `url` names: the broker refuses it to any other connection (405), and
 * deletes it when the connection ends, 0.5 s after the holder's process died at the latest (verified on 3.10.8 and
 * 4.3.6). A plan never touches it, because every exclusive queue belongs to its connection.
 */

const PREFIX = 'brokerform.lock.';

/** Unknown arguments are stored and ignored (verified on 3.10.8 and 4.3.6), so other users see them in listings. */
const HOLDER = 'x-brokerform-holder';

/** Seconds. A broker closes the connection of a machine that lost its power after two missed heartbeats. */
const HEARTBEAT = 10;

/** The queue can be freed between the refusal and the question who holds it. */
const ATTEMPTS = 3;

interface LockKeeping {
  readonly settings: RabbitSettings;
  readonly listings: Listings;
  readonly links: AmqpLinks | undefined;
}

/** See `Session.lock`. */
export async function takeLock(request: LockRequest, keeping: LockKeeping): Promise<LockAttempt> {
  const { settings, listings, links } = keeping;
  const { lockVhost: vhost } = settings;
  if (!links) return unavailable('it takes AMQP, and the connection has no "url"', 'add "url"');
  const name = PREFIX + lockName(request);
  try {
    for (let attempt = 1; ; attempt++) {
      const [held, hasRoom] = await Promise.all([
        hold(links, vhost, name, request.holder),
        leavesRoom(request, vhost, listings),
      ]);
      if (held && hasRoom) return { status: 'held', lock: held };
      if (held) {
        await held.release();
        const reason = `vhost ${JSON.stringify(vhost)} limits its queues, and the lock would take the place of one`;
        return unavailable(reason, 'raise max-queues; "url" can name another vhost in its path');
      }
      const queue = await listings.one(['queues', vhost, name]).catch(() => undefined);
      if (queue === undefined && attempt < ATTEMPTS) continue;
      const holder = readHolder(isObject(queue?.arguments) ? queue.arguments[HOLDER] : undefined);
      return { status: 'taken', ...(holder && { holder }) };
    }
  } catch (error) {
    if (!(error instanceof AmqpRefusal || error instanceof ConnectionError)) throw error;
    return unavailable(error.message, hintFor(settings));
  }
}

/** Undefined if another connection holds it. @throws AmqpRefusal, ConnectionError */
async function hold(
  links: AmqpLinks,
  vhost: string,
  name: string,
  holder: LockHolder,
): Promise<Lock | undefined> {
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  try {
    const { closed, close } = await links.hold(vhost, HEARTBEAT, (channel) => {
      const declared = channel.assertQueue(name, {
        exclusive: true,
        durable: false,
        arguments: { 'x-queue-type': 'classic', [HOLDER]: writeHolder(holder) },
      });
      // With a consumer no `expires` of a policy applies, and the broker reports a deletion. It takes the right to read,
      // and the lock does without where that is missing.
      channel.consume(name, (message) => message === null && cancel()).catch(() => {});
      return declared;
    });
    return { lost: Promise.race([closed, cancelled]), release: close };
  } catch (error) {
    if (error instanceof AmqpRefusal && error.code === '405') return undefined;
    throw error;
  }
}

/** Whether a vhost with a limit of queues takes one more than the apply creates. */
async function leavesRoom({ creates }: LockRequest, vhost: string, listings: Listings): Promise<boolean> {
  try {
    const limits = await listings.ofVhost('vhost-limits', vhost);
    const most = limits
      .map(({ value }) => (isObject(value) ? value['max-queues'] : undefined))
      .find((limit) => typeof limit === 'number' && limit >= 0);
    if (most === undefined) return true;
    const queues = await listings.ofVhost('queues', vhost, 'disable_stats=true&columns=name,vhost');
    const others = queues.filter((queue) => !text(queue.name).startsWith(PREFIX));
    return others.length + creates < Number(most);
  } catch (error) {
    // Whoever may not see the vhost learns so from the declaration.
    if (error instanceof BrokerError || error instanceof ConnectionError) return true;
    throw error;
  }
}

function hintFor({ lockVhost, amqp }: RabbitSettings): string {
  const [user, vhost] = [amqp?.username, lockVhost].map((name) => JSON.stringify(name));
  return `user ${user} needs the right to configure "${PREFIX}…" in vhost ${vhost}; "url" can name another vhost in its path`;
}

function unavailable(reason: string, hint: string): LockAttempt {
  return { status: 'unavailable', reason, hint };
}
