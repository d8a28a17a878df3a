import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';

/** A message as it was published, or as it came. */
export interface Seen {
  readonly publisher: number;
  readonly sequence: number;
  /** Key, properties, headers and body, as one text. */
  readonly content: string;
}

/** Numbers that look random, the same for the same seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Publishers and a consumer of one queue, who work while it is moved: the publishers with confirms and `mandatory`, each
 * with numbers of its own, and the consumer acknowledging what it gets.
 */
export class Traffic {
  /** Confirmed, and not returned. */
  readonly confirmed: Seen[] = [];
  readonly returned: Seen[] = [];
  readonly received: Seen[] = [];
  readonly #url: string;
  readonly #exchange: string;
  readonly #seed: number;
  #publishing = true;
  #consuming = true;
  readonly #works: Promise<void>[] = [];

  readonly #prioritised: boolean;

  constructor(url: string, exchange: string, seed: number, { prioritised = false } = {}) {
    this.#prioritised = prioritised;
    this.#url = url;
    this.#exchange = exchange;
    this.#seed = seed;
  }

  /** @param perSecond messages a second, after a backlog that is published at once */
  publish(publisher: number, perSecond: number, backlog: number): { filled: Promise<void> } {
    let fill = () => {};
    const filled = new Promise<void>((resolve) => {
      fill = resolve;
    });
    const work = this.#publish(publisher, perSecond, backlog, fill);
    // Told at the end; a test that failed before deletes the vhost.
    work.catch(() => {});
    this.#works.push(work);
    return { filled };
  }

  consume(queue: string, pause: number): void {
    const work = this.#consume(queue, pause);
    work.catch(() => {});
    this.#works.push(work);
  }

  /** Ends the publishers, lets the consumer take all that is there, and ends it. */
  async end(queue: string): Promise<void> {
    this.#publishing = false;
    await sleep(100);
    this.#consuming = false;
    await Promise.all(this.#works);
    const connection = await amqp.connect(this.#url);
    const channel = await connection.createChannel();
    // Each call fails too; a test that ran out of time deletes the vhost meanwhile.
    for (const one of [connection, channel]) one.on('error', () => {});
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (!message) break;
      this.received.push(seenOf(message));
    }
    await connection.close();
  }

  async #publish(publisher: number, perSecond: number, backlog: number, filled: () => void): Promise<void> {
    const random = seeded(this.#seed + publisher);
    const connection = await amqp.connect(this.#url);
    connection.on('error', () => {});
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    const returns = new Set<string>();
    channel.on('return', ({ properties }) => returns.add(properties.messageId));
    const sent: Promise<void>[] = [];
    const one = (sequence: number) => {
      const work = this.#publishOne(channel, returns, random, publisher, sequence);
      // Told at the end; a test that failed before deletes the vhost.
      work.catch(() => {});
      sent.push(work);
    };
    let sequence = 0;
    while (sequence < backlog) one(sequence++);
    await Promise.all(sent);
    filled();
    channel.on('close', () => {
      this.#publishing = false;
    });
    while (this.#publishing) {
      one(sequence++);
      await sleep(1000 / perSecond);
    }
    await Promise.all(sent);
    await connection.close();
  }

  async #publishOne(
    channel: ConfirmChannel,
    returns: ReadonlySet<string>,
    random: (below: number) => number,
    publisher: number,
    sequence: number,
  ): Promise<void> {
    const key = `p${publisher}.${random(5)}`;
    const id = `${publisher}-${sequence}`;
    const properties = {
      mandatory: true,
      messageId: id,
      persistent: random(2) === 0,
      headers: {
        publisher,
        sequence,
        text: 'x'.repeat(random(40)),
        nested: { list: [random(9), random(70_000), random(2) === 0, null] },
        ...(random(3) === 0 && { CC: [`p${publisher}.copied`] }),
      },
      ...(random(2) === 0 && { correlationId: `c${random(99)}`, replyTo: 'somewhere' }),
      ...(random(2) === 0 && { timestamp: 1_700_000_000 + random(999), type: 'kind', appId: 'app' }),
      // Queues with priorities deliver in another order than messages came.
      ...(this.#prioritised && { priority: random(9) }),
      contentType: 'text/plain',
    };
    const body = Buffer.from('b'.repeat(random(300)));
    await new Promise<void>((resolve, reject) =>
      channel.publish(this.#exchange, key, body, properties, (error) => (error ? reject(error) : resolve())),
    );
    const content = contentOf(key, { ...properties, deliveryMode: properties.persistent ? 2 : 1 }, body);
    (returns.has(id) ? this.returned : this.confirmed).push({ publisher, sequence, content });
  }

  async #consume(queue: string, pause: number): Promise<void> {
    while (this.#consuming) {
      // 3.10 closes the whole connection (541) of a client that consumes from a quorum queue while it is deleted.
      const connection = await amqp.connect(this.#url);
      const lost = new Promise<void>((resolve) => connection.on('close', resolve));
      connection.on('error', () => {});
      await Promise.race([lost, this.#consumeBy(connection, queue, pause).catch(() => {})]);
      await connection.close().catch(() => {});
      await sleep(10);
    }
  }

  /** Until the queue has gone. */
  async #consumeBy(connection: ChannelModel, queue: string, pause: number): Promise<void> {
    const channel = await connection.createChannel();
    let cancelled = false;
    // A queue that is away for a moment, or that moves what it has, is no error of a consumer.
    channel.on('error', () => {
      cancelled = true;
    });
    await channel.prefetch(10);
    await channel.consume(queue, async (message) => {
      if (!message) {
        cancelled = true;
        return;
      }
      await sleep(pause);
      if (cancelled || !this.#consuming) return;
      try {
        channel.ack(message);
        this.received.push(seenOf(message));
      } catch {
        // The connection has gone, and the message comes again.
      }
    });
    while (this.#consuming && !cancelled) await sleep(10);
    await channel.close();
  }
}

function seenOf({ fields, properties, content }: ConsumeMessage | amqp.GetMessage): Seen {
  const headers = { ...properties.headers };
  // What a quorum queue adds for its own deliveries.
  delete headers['x-delivery-count'];
  delete headers['x-acquired-count'];
  return {
    publisher: headers.publisher,
    sequence: headers.sequence,
    content: contentOf(fields.routingKey, { ...properties, headers }, content),
  };
}

const COMPARED = [
  ...['messageId', 'deliveryMode', 'priority', 'correlationId', 'replyTo', 'timestamp', 'type', 'appId'],
  'contentType',
];

function contentOf(key: string, properties: object, body: Buffer): string {
  const values = properties as Record<string, unknown>;
  const headers = Object.entries((values.headers ?? {}) as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([key, headers, COMPARED.map((name) => values[name] ?? null), body.toString()]);
}

export interface Findings {
  /** Confirmed, and never received. */
  readonly lost: number;
  /** Received more often than once, counted each further time. */
  readonly twice: number;
  /** Received as something else than was published. */
  readonly changed: number;
  /** Messages that came after a later one of their publisher. */
  readonly late: number;
}

export function findings({ confirmed, received }: Traffic): Findings {
  const idOf = ({ publisher, sequence }: Seen) => `${publisher}-${sequence}`;
  const first = new Map<string, Seen>();
  const newest = new Map<number, number>();
  let [changed, late] = [0, 0];
  for (const seen of received) {
    if (first.has(idOf(seen))) continue;
    first.set(idOf(seen), seen);
    const before = newest.get(seen.publisher) ?? -1;
    if (seen.sequence < before) late++;
    else newest.set(seen.publisher, seen.sequence);
  }
  for (const sent of confirmed) {
    const came = first.get(idOf(sent));
    if (came && came.content !== sent.content) changed++;
  }
  return {
    lost: confirmed.filter((sent) => !first.has(idOf(sent))).length,
    twice: received.length - first.size,
    changed,
    late,
  };
}
