import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type JsonObject, smallest, toBigInt } from '../../../../model/index.ts';
import { tableOf, text } from '../../kinds/parts.ts';
import type { AmqpLinks } from '../amqp.ts';
import { AmqpRefusal } from '../connection-errors.ts';
import type { Listings } from '../listings.ts';

/** Different targets of one redrive: headers can be written by anybody, and each target takes a request. */
const MOST = 1000;

/** A queue or an exchange that letters go to. */
interface Target {
  readonly problem?: string;
  /** How many messages and bytes a queue takes before it drops its oldest ones. */
  readonly room?: { messages: number; bytes: number };
  /** Set once the broker rejected a message for it. */
  isFull?: boolean;
}

/** What is known of the places that letters go to. Each is looked up once. */
export class Targets {
  readonly #queues = new Map<string, Target>();
  readonly #exchanges = new Map<string, Target>();
  readonly #vhost: string;
  readonly #listings: Listings;
  readonly #links: AmqpLinks;

  constructor(vhost: string, listings: Listings, links: AmqpLinks) {
    this.#vhost = vhost;
    this.#listings = listings;
    this.#links = links;
  }

  /**
   * Why a message cannot go to a queue; else it counts as there.
   * @param size bytes of its body and properties
   * @throws BrokerError, ConnectionError
   */
  async toQueue(name: string, size: number): Promise<string | undefined> {
    const target = await this.#lookUp(this.#queues, name, () => this.#queue(name));
    if (target.problem !== undefined) return target.problem;
    if (target.isFull) return rejection(name);
    const { room } = target;
    if (!room) return undefined;
    if (room.messages < 1 || room.bytes < size) {
      return `queue ${JSON.stringify(name)} is full: it would drop its oldest messages`;
    }
    room.messages--;
    room.bytes -= size;
    return undefined;
  }

  /**
   * Why a message cannot be published to an exchange.
   * @throws BrokerError, ConnectionError
   */
  async toExchange(name: string): Promise<string | undefined> {
    return (await this.#lookUp(this.#exchanges, name, () => this.#exchange(name))).problem;
  }

  /** The broker rejected a message for a queue: it gets no more. @returns the reason */
  rejected(name: string): string {
    const target = this.#queues.get(name);
    if (!target) return 'the broker rejected it: a queue that it leads to is full or unavailable';
    target.isFull = true;
    return rejection(name);
  }

  async #lookUp(known: Map<string, Target>, name: string, read: () => Promise<Target>): Promise<Target> {
    const found = known.get(name);
    if (found) return found;
    if (known.size >= MOST) return { problem: `the dead letters come from more than ${MOST} queues` };
    const target = await read();
    known.set(name, target);
    return target;
  }

  async #queue(name: string): Promise<Target> {
    const item = await this.#listings.queue(this.#vhost, name, '');
    if (!item) return { problem: `queue ${JSON.stringify(name)} does not exist` };
    if (item.type === 'stream') return {};
    const messages = lowest(item, 'max-length');
    const bytes = lowest(item, 'max-length-bytes');
    if ((messages === undefined && bytes === undefined) || rejects(item)) return {};
    const ready = (await this.#ready(name)) ?? Number(item.messages ?? 0);
    // The statistics are some seconds old.
    const there = ready === 0 ? 0 : Number(item.message_bytes ?? 0);
    return {
      room: {
        messages: messages === undefined ? Number.POSITIVE_INFINITY : messages - ready,
        bytes: bytes === undefined ? Number.POSITIVE_INFINITY : bytes - there,
      },
    };
  }

  async #ready(name: string): Promise<number | undefined> {
    try {
      return (await readyIn(this.#links, this.#vhost, name)).messages;
    } catch (error) {
      if (error instanceof AmqpRefusal) return undefined;
      throw error;
    }
  }

  async #exchange(name: string): Promise<Target> {
    const item = await this.#listings.one(['exchanges', this.#vhost, name]);
    if (!item) return { problem: `exchange ${JSON.stringify(name)} does not exist` };
    if (item.internal === true) {
      return { problem: `exchange ${JSON.stringify(name)} is internal: no client can publish to it` };
    }
    return {};
  }
}

function rejection(name: string): string {
  return `the broker rejected it: queue ${JSON.stringify(name)} is full or unavailable`;
}

/** Of the argument and the policies, the lowest counts. */
function lowest(item: JsonObject, key: string): number | undefined {
  const values = [tableOf(item.arguments)[`x-${key}`], policyOf(item)[key]].flatMap((value) => {
    const limit = toBigInt(value ?? null);
    return limit === undefined ? [] : [Number(limit)];
  });
  return values.length === 0 ? undefined : smallest(values);
}

/** A full queue rejects what comes. A quorum queue takes `reject-publish-dlx` for `drop-head`; a classic one drops to its DLX. */
function rejects(item: JsonObject): boolean {
  const argument = tableOf(item.arguments)['x-overflow'];
  const policy = policyOf(item).overflow;
  // For a classic queue the argument wins, for a quorum queue the policy.
  const [first, second] = item.type === 'quorum' ? [policy, argument] : [argument, policy];
  return text(first ?? second ?? '') === 'reject-publish';
}

export function policyOf(item: JsonObject): JsonObject {
  return isObject(item.effective_policy_definition) ? item.effective_policy_definition : {};
}

/**
 * Milliseconds. Asked for its count, a quorum queue that is busy answers 0 after 250 ms (seen on 3.10.8 with 100,000 messages
 * just published): a zero that took this long is asked for again.
 */
const DOUBTFUL = 200;
const PAUSE = 250;
const TRIES = 40;

/**
 * Messages of a queue that are ready, and its consumers.
 * @throws AmqpRefusal where it does not exist, ConnectionError
 */
export async function readyIn(
  links: AmqpLinks,
  vhost: string,
  name: string,
): Promise<{ readonly messages: number; readonly consumers: number }> {
  for (let tries = 1; ; tries++) {
    const began = Date.now();
    const answer = await links.call(vhost, (channel) => channel.checkQueue(name));
    const { messageCount: messages, consumerCount: consumers } = answer;
    if (messages > 0 || Date.now() - began < DOUBTFUL || tries === TRIES) return { messages, consumers };
    await sleep(PAUSE);
  }
}
