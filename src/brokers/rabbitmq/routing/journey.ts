import { formatDuration } from '../../../model/index.ts';
import { deliver } from './delivery.ts';
import { deadLettered, type Message, type Reason, stateOf } from './message.ts';
import { deliveryLimit, numberSetting, overflowOf } from './reachability.ts';
import type { Queue, Vhost } from './topology.ts';

/*
 * What becomes of a message once it is in a queue, step by step: it is rejected where a test says so, waits where it
 * can expire, and rests anywhere else.
 */

/** Queues whose consumers give messages back each time. */
export interface Consumers {
  /** They reject: basic.reject or basic.nack with requeue=false. */
  readonly rejecting: ReadonlySet<string>;
  /** They return it to the queue, until its delivery limit: basic.reject with requeue=true, or a lost connection. */
  readonly returning: ReadonlySet<string>;
}

export interface End {
  /** Absent where the message is dropped. */
  readonly queue?: string;
  /** Whether it came to a queue whose consumers give it back. */
  readonly given: boolean;
  /** Deliveries by the queues whose consumers give messages back. */
  readonly tries: number;
  /** Milliseconds that it waited in queues. */
  readonly delay: number;
  /** How many copies end so. */
  readonly copies: number;
}

export interface Journey {
  readonly ends: readonly End[];
  /** Why some copy has no end: the queues of the ring, with the time in each. */
  readonly ring?: string;
  /** Why the ends cannot be told. */
  readonly doubts: readonly string[];
  /** The queues whose consumers got it. */
  readonly delivered: ReadonlySet<string>;
}

interface Copy {
  readonly queue: string;
  readonly message: Message;
  readonly tries: number;
  readonly delay: number;
  /** Whether it came to a queue whose consumers give it back. */
  readonly given: boolean;
  readonly state: string;
  readonly before?: Copy;
  /** How it left that one: `10s`, `rejected`. */
  readonly left?: string;
}

/** Copies that are followed at most: one that is dead-lettered to two queues becomes two. */
const MOST_COPIES = 5_000;

export function followCopies(vhost: Vhost, message: Message, consumers: Consumers, live: boolean): Journey {
  const ends = new Map<string, End>();
  const doubts = new Set<string>();
  const delivered = new Set<string>();
  let ring: string | undefined;
  const end = ({ tries, delay, given }: Copy, queue?: string) => {
    const found = { tries, delay, given, ...(queue !== undefined && { queue }) };
    const key = JSON.stringify(found);
    ends.set(key, { ...found, copies: (ends.get(key)?.copies ?? 0) + 1 });
  };
  const work: Copy[] = [];
  const send = (sent: Message, from?: Copy, left = ''): number => {
    const { possible, doubts: found } = deliver(vhost, sent, live);
    for (const doubt of found) doubts.add(doubt);
    for (const queue of possible) {
      const { tries = 0, delay = 0, given = false } = from ?? {};
      const before = from && { before: from, left };
      work.push({ queue, message: sent, tries, delay, given, state: `${queue} ${stateOf(sent)}`, ...before });
    }
    return possible.length;
  };
  send(message);
  let count = 0;
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    count++;
    if (count > MOST_COPIES) {
      doubts.add(`it is copied more than ${MOST_COPIES} times`);
      break;
    }
    const queue = vhost.queues.get(next.queue);
    const fate = queue && fateOf(queue, next.message, consumers, vhost.version);
    if (fate && fate.tries > 0) delivered.add(next.queue);
    if (!queue || !fate) {
      end(next, next.queue);
      continue;
    }
    if (fate.reason === undefined) {
      ring ??= `${next.queue} (returned) → ${next.queue}`;
      continue;
    }
    const copy: Copy = {
      ...next,
      tries: next.tries + fate.tries,
      delay: next.delay + fate.delay,
      given: next.given || fate.tries > 0,
    };
    const round = ringOf(next, fate.text);
    if (round !== undefined) {
      ring ??= round;
      continue;
    }
    const sent = deadLettered(next.message, queue, fate.reason, vhost.version);
    if (!sent) end(copy);
    else if (send(sent, copy, fate.text) === 0) end(copy, isKept(queue) ? queue.name : undefined);
  }
  return { ends: [...ends.values()], doubts: [...doubts], delivered, ...(ring !== undefined && { ring }) };
}

interface Fate {
  /** Absent where it comes back to the queue without end. */
  readonly reason?: Reason;
  readonly tries: number;
  readonly delay: number;
  readonly text: string;
}

/** How a message leaves a queue; undefined where it rests. */
function fateOf(queue: Queue, message: Message, consumers: Consumers, version: string): Fate | undefined {
  // A stream keeps what its consumers do not want.
  if (queue.type === 'stream') return undefined;
  if (consumers.rejecting.has(queue.name)) {
    return { reason: 'rejected', tries: 1, delay: 0, text: 'rejected' };
  }
  if (consumers.returning.has(queue.name)) {
    const limit = queue.type === 'quorum' ? deliveryLimit(queue, version) : undefined;
    if (limit === undefined) return { tries: 1, delay: 0, text: 'returned' };
    // The delivery after the last permitted return is the last one.
    return { reason: 'delivery_limit', tries: Number(limit) + 1, delay: 0, text: 'returned' };
  }
  // A queue that may hold nothing lets go of a message that no consumer waits for.
  const room = [numberSetting(queue, 'max-length'), numberSetting(queue, 'max-length-bytes')];
  if (room.includes(0n) && overflowOf(queue) === 'drop-head') {
    return { reason: 'maxlen', tries: 0, delay: 0, text: 'full' };
  }
  const delay = ttlOf(queue, message);
  if (delay === undefined || !queue.setting('dead-letter-exchange')) return undefined;
  return { reason: 'expired', tries: 0, delay, text: formatDuration(delay, 'ms') ?? 'expired' };
}

/** Milliseconds until a message expires. */
export function ttlOf(queue: Queue, { expiration }: Message): number | undefined {
  const own = numberSetting(queue, 'message-ttl');
  if (own === undefined) return expiration;
  return expiration === undefined ? Number(own) : Math.min(Number(own), expiration);
}

/** With at-least-once, the queue keeps what its dead-letter exchange cannot route. */
export function isKept(queue: Queue): boolean {
  return (
    queue.type === 'quorum' &&
    queue.setting('dead-letter-strategy')?.value === 'at-least-once' &&
    queue.setting('overflow')?.value === 'reject-publish'
  );
}

/** The queues between two equal states of a copy, where it came to one again: `work (rejected) → wait (10s) → work`. */
function ringOf(copy: Copy, left: string): string | undefined {
  const steps = [`${copy.queue}`];
  for (let one: Copy | undefined = copy; one?.before; one = one.before) {
    steps.unshift(`${one.before.queue} (${one.left})`);
    if (one.before.state === copy.state) return steps.join(' → ');
    if (steps.length > MOST_COPIES) return `${copy.queue} (${left}) → …`;
  }
  return undefined;
}
