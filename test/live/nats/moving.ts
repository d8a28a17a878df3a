import { setTimeout as sleep } from 'node:timers/promises';
import { createInbox, headers } from '@nats-io/transport-node';
import { isObject, type JsonObject, parseJson } from '../../../src/model/index.ts';
import type { PlainServer } from './plain.ts';

/** A stored message: what a move must keep of it. */
export interface Stored {
  readonly subject: string;
  readonly payload: string;
  readonly headers: string;
  readonly time: string;
}

/** Every message of a stream by its sequence, as a client reads them. */
export async function contentsOf(server: PlainServer, stream: string): Promise<Map<number, Stored>> {
  const contents = new Map<number, Stored>();
  const reader = await server.demand(`CONSUMER.CREATE.${stream}`, {
    ...{ stream_name: stream, config: { ack_policy: 'none', deliver_policy: 'all', mem_storage: true } },
  });
  const total = Number(reader.num_pending);
  const { connection } = server;
  const inbox = createInbox();
  const messages = connection.subscribe(inbox, { max: total });
  for (let left = total; left > 0; left -= 200) {
    const body = JSON.stringify({ batch: Math.min(200, left), expires: 10_000_000_000 });
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${String(reader.name)}`, body, { reply: inbox });
  }
  for await (const message of total > 0 ? messages : []) {
    const { subject, headers: marks, reply = '' } = message;
    const [sequence, , time] = reply.split('.').slice(-4);
    const text = String(marks ?? '');
    contents.set(Number(sequence), { subject, payload: message.string(), headers: text, time: String(time) });
  }
  await server.demand(`CONSUMER.DELETE.${stream}.${String(reader.name)}`);
  return contents;
}

/** Publishes one message after the other; only what the server confirmed counts. */
export class Publisher {
  /** Sequences of confirmed messages, by their payload. */
  readonly confirmed = new Map<string, number>();
  /** How often a publish failed, by reason. */
  readonly failures = new Map<string, number>();
  readonly #server: PlainServer;
  readonly #subject: string;
  readonly #name: string;
  #isRunning = true;
  readonly #ended: Promise<void>;

  constructor(server: PlainServer, subject: string, name: string) {
    this.#server = server;
    this.#subject = subject;
    this.#name = name;
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (let i = 1; this.#isRunning; i++) {
      const payload = `${this.#name} ${i}`;
      const marks = headers();
      marks.set('Nats-Msg-Id', payload);
      try {
        const answer = await this.#server.connection.request(this.#subject, payload, {
          timeout: 2_000,
          headers: marks,
        });
        const ack = parseJson(new TextDecoder().decode(answer.data)) as JsonObject;
        if (typeof ack.seq === 'number' && !ack.error) this.confirmed.set(payload, ack.seq);
        else this.#fail(isObject(ack.error) ? String(ack.error.err_code) : 'unclear');
      } catch (error) {
        const { name, cause } = error as Error;
        this.#fail(cause instanceof Error ? cause.name : name);
      }
      await sleep(2);
    }
  }

  #fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}

/**
 * Fetches and acknowledges messages of a consumer, as a worker does, whatever happens to the stream meanwhile. It may
 * have several names, of which it uses one that is there.
 */
export class Worker {
  /** How often an acknowledgement of each stream sequence was sent. */
  readonly acknowledged = new Map<number, number>();
  readonly #server: PlainServer;
  readonly #names: string[];
  #isRunning = true;
  readonly #ended: Promise<void>;

  /** @param names `<stream>.<consumer>` */
  constructor(server: PlainServer, ...names: readonly string[]) {
    this.#server = server;
    this.#names = [...names];
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      try {
        const body = JSON.stringify({ batch: 1, expires: 500_000_000 });
        const message = await this.#server.connection.request(
          `$JS.API.CONSUMER.MSG.NEXT.${this.#names[0]}`,
          body,
          {
            timeout: 1_000,
            noMux: true,
          },
        );
        // $JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>
        const sequence = Number(message.reply?.split('.').at(-4));
        if (!Number.isInteger(sequence)) {
          this.#useOther();
          continue;
        }
        // A server that is killed can take the acknowledgement without an answer.
        this.acknowledged.set(sequence, (this.acknowledged.get(sequence) ?? 0) + 1);
        await this.#server.connection.request(message.reply ?? '', '+ACK', { timeout: 1_000 });
      } catch {
        this.#useOther();
        await sleep(5);
      }
    }
  }

  #useOther(): void {
    this.#names.push(...this.#names.splice(0, 1));
  }
}
