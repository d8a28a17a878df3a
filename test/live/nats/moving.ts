import { setTimeout as sleep } from 'node:timers/promises';
import { headers } from '@nats-io/transport-node';
import { isObject, type JsonObject, parseJson } from '../../../src/model/index.ts';
import type { PlainServer } from './plain.ts';

/** A stored message: what a move must keep of it. */
export interface Stored {
  readonly subject: string;
  readonly data: string;
  readonly headers: string;
  readonly time: string;
}

/** Every message of a stream by its sequence, read one by one as any application can. */
export async function contentsOf(server: PlainServer, stream: string): Promise<Map<number, Stored>> {
  const contents = new Map<number, Stored>();
  for (let next = 1; ; ) {
    const { message } = await server.request(`STREAM.MSG.GET.${stream}`, { seq: next, next_by_subj: '>' });
    if (!isObject(message)) return contents;
    const { seq, subject, data, hdrs, time } = message;
    contents.set(Number(seq), {
      ...{
        subject: String(subject),
        data: String(data ?? ''),
        headers: String(hdrs ?? ''),
        time: String(time),
      },
    });
    next = Number(seq) + 1;
  }
}

export function decoded({ data }: Stored): string {
  return Buffer.from(data, 'base64').toString('utf8');
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

/** Fetches and acknowledges messages of a consumer, as a worker does, whatever happens to the stream meanwhile. */
export class Worker {
  /** How often each stream sequence was acknowledged. */
  readonly acknowledged = new Map<number, number>();
  readonly #server: PlainServer;
  readonly #subject: string;
  #isRunning = true;
  readonly #ended: Promise<void>;

  constructor(server: PlainServer, stream: string, consumer: string) {
    this.#server = server;
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
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
        const message = await this.#server.connection.request(this.#subject, body, {
          timeout: 1_000,
          noMux: true,
        });
        // $JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>
        const sequence = Number(message.reply?.split('.').at(-4));
        if (!Number.isInteger(sequence)) continue;
        const answer = await this.#server.connection.request(message.reply ?? '', '+ACK', { timeout: 1_000 });
        if (answer) this.acknowledged.set(sequence, (this.acknowledged.get(sequence) ?? 0) + 1);
      } catch {
        await sleep(5);
      }
    }
  }
}
