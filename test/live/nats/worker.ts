import type { Subscription } from '@nats-io/transport-node';
import { isObject, type JsonObject } from '../../../src/model/index.ts';
import type { PlainServer } from './plain.ts';

const SECOND = 1_000_000_000;
/** What a server writes for a pull consumer: `$JS.ACK.<stream>.<consumer>.<tries>.<stream seq>.…`. */
const TRIES = 4;
const SEQUENCE = 5;

/** One delivery of a message to a worker. */
export interface Delivery {
  readonly sequence: number;
  /** The first is 1. */
  readonly tries: number;
  readonly text: string;
  /** When the server delivered it, by its own clock, in milliseconds; undefined if it delivered more since. */
  readonly at: Promise<number | undefined>;
}

/** A client of a pull consumer. It acknowledges the messages that it can process, and is silent about the others. */
export class Worker {
  readonly deliveries: Delivery[] = [];
  readonly #server: PlainServer;
  readonly #consumer: string;
  readonly #subscription: Subscription;
  readonly #pulls: NodeJS.Timeout;

  /**
   * @param consumer `<stream>.<consumer>`
   * @param canProcess whether this try of a message succeeds
   */
  constructor(
    server: PlainServer,
    consumer: string,
    canProcess: (text: string, tries: number) => boolean | 'terminate',
  ) {
    this.#server = server;
    this.#consumer = consumer;
    const inbox = `_INBOX.worker.${consumer}`;
    this.#subscription = server.connection.subscribe(inbox, {
      callback: (_, message) => {
        const tokens = (message.reply ?? '').split('.');
        if (tokens[1] !== 'ACK') return;
        const [tries, sequence] = [Number(tokens[TRIES]), Number(tokens[SEQUENCE])];
        const text = message.string();
        // A server that is killed does not answer.
        const at = this.#deliveredAt(this.deliveries.length + 1).catch(() => undefined);
        this.deliveries.push({ sequence, tries, text, at });
        const can = canProcess(text, tries);
        if (can) message.respond(can === 'terminate' ? '+TERM' : '+ACK');
      },
    });
    const pull = () => {
      const request = JSON.stringify({ batch: 100, expires: 4 * SECOND });
      server.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${consumer}`, request, { reply: inbox });
    };
    pull();
    this.#pulls = setInterval(pull, 1_000);
  }

  /** The tries of a message, by its text. */
  triesOf(text: string): readonly Delivery[] {
    return this.deliveries.filter((delivery) => delivery.text === text);
  }

  stop(): void {
    clearInterval(this.#pulls);
    this.#subscription.unsubscribe();
  }

  async #deliveredAt(count: number): Promise<number | undefined> {
    const info = await this.#server.demand(`CONSUMER.INFO.${this.#consumer}`);
    const delivered: JsonObject = isObject(info.delivered) ? info.delivered : {};
    return delivered.consumer_seq === count ? milliseconds(String(delivered.last_active)) : undefined;
  }
}

/** Servers tell nanoseconds, which a Date cuts off. */
function milliseconds(time: string): number {
  const [, fraction = '0'] = /\.(\d+)Z$/.exec(time) ?? [];
  return Math.floor(Date.parse(time) / 1000) * 1000 + Number(`0.${fraction}`) * 1000;
}
