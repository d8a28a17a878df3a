import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import { NoResponders, ResponseTimeout } from './refusals.ts';

interface Request {
  readonly subject: string;
  resolve(data: Uint8Array): void;
  reject(error: Error): void;
}

/**
 * Requests whose responses come over one subscription. The client library has the same, but makes two errors with their
 * stacks for each request, answered or not, which is a good part of the time that a listing of thousands takes.
 */
export class Inbox {
  readonly #connection: NatsConnection;
  /** Of the subjects of responses. */
  readonly #name: string;
  readonly #waiting = new Map<string, Request>();
  #subscription: Subscription | undefined;
  #sent = 0;

  /** @param name a random subject */
  constructor(connection: NatsConnection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  /**
   * Sends one request and returns the bytes of the response.
   * @param timeout milliseconds
   * @throws ResponseTimeout, NoResponders, what {@link fail} is given, or the client's own error.
   */
  request(
    subject: string,
    payload: string | Uint8Array,
    timeout: number,
    headers?: MsgHdrs,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const reply = `${this.#name}.${++this.#sent}`;
      const timer = setTimeout(() => settled.reject(new ResponseTimeout(subject, timeout)), timeout);
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(reply);
      };
      const settled: Request = {
        subject,
        resolve(data) {
          end();
          resolve(data);
        },
        reject(error) {
          end();
          reject(error);
        },
      };
      this.#waiting.set(reply, settled);
      try {
        this.#subscribe();
        this.#connection.publish(subject, payload, headers ? { reply, headers } : { reply });
      } catch (error) {
        settled.reject(error as Error);
      }
    });
  }

  /** Rejects the requests in flight: all of them, or those of one subject. */
  fail(error: Error, subject?: string): void {
    for (const request of [...this.#waiting.values()]) {
      if (subject === undefined || request.subject === subject) request.reject(error);
    }
  }

  #subscribe(): void {
    this.#subscription ??= this.#connection.subscribe(`${this.#name}.*`, {
      callback: (error, message) => {
        if (!error) this.#receive(message);
        else {
          // The client library has ended the subscription: the user may not subscribe.
          this.#subscription = undefined;
          this.fail(new Error(error.message, { cause: error }));
        }
      },
    });
  }

  #receive(message: Msg): void {
    const request = this.#waiting.get(message.subject);
    const { data } = message;
    if (data.length === 0 && message.headers?.code === 503)
      request?.reject(new NoResponders(request.subject));
    else request?.resolve(data);
  }
}
