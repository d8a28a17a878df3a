import { createInbox, headers as newHeaders } from '@nats-io/transport-node';
import type { Json, JsonObject } from '../../../src/model/index.ts';
import { withSession } from '../../brokers/nats-session/open.ts';
import { type TrialOptions, type Tried, tryRedrive } from '../redrive-trial.ts';
import type { PlainServer } from './plain.ts';

export const DEAD = 'DEAD';
const ADVISORIES = '$JS.EVENT.ADVISORY.CONSUMER';
/** Nanoseconds after which a message that nobody acknowledges is given up. */
const ACK_WAIT = 150_000_000;

/** Streams whose consumers give messages up, and one that takes the advisories: made by hand. */
export class DeadLetters {
  readonly server: PlainServer;

  constructor(server: PlainServer) {
    this.server = server;
  }

  async reset(dead: JsonObject = {}): Promise<void> {
    await this.server.clear();
    const subjects = [`${ADVISORIES}.MAX_DELIVERIES.>`, `${ADVISORIES}.MSG_TERMINATED.>`];
    await this.server.demand(`STREAM.CREATE.${DEAD}`, { name: DEAD, subjects, storage: 'memory', ...dead });
  }

  /** A stream that takes `<name>.>` in small letters, and consumers that get each message once. */
  async stream(
    name: string,
    config: JsonObject,
    consumers: Readonly<Record<string, JsonObject>>,
  ): Promise<void> {
    const own = { name, subjects: [`${name.toLowerCase()}.>`], storage: 'memory', ...config };
    await this.server.demand(`STREAM.CREATE.${name}`, own);
    for (const [durable_name, more] of Object.entries(consumers)) {
      const body = {
        stream_name: name,
        config: { durable_name, ack_policy: 'explicit', ack_wait: ACK_WAIT, max_deliver: 1, ...more },
      };
      await this.server.demand(`CONSUMER.DURABLE.CREATE.${name}.${durable_name}`, body);
    }
  }

  async publish(
    subject: string,
    payload: string,
    marks: Readonly<Record<string, string>> = {},
  ): Promise<JsonObject> {
    const headers = newHeaders();
    for (const [name, value] of Object.entries(marks)) headers.append(name, value);
    const options = { timeout: 5_000, ...(headers.keys().length > 0 && { headers }) };
    return (await this.server.connection.request(subject, payload, options)).json();
  }

  /** Takes messages and answers each; without an answer, they are given up. @returns their payloads */
  async take(stream: string, consumer: string, batch: number, answer?: string): Promise<string[]> {
    const inbox = createInbox();
    const messages = this.server.connection.subscribe(inbox, { max: batch });
    const body = JSON.stringify({ batch, expires: 5_000_000_000 });
    this.server.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, body, { reply: inbox });
    const payloads: string[] = [];
    for await (const message of messages) {
      if (message.headers?.code === 408) break;
      payloads.push(message.string());
      if (answer !== undefined) message.respond(answer);
    }
    return payloads;
  }

  /** Takes messages, and waits until they are given up. */
  async giveUp(stream: string, consumer: string, count: number, answer?: string): Promise<void> {
    const before = await this.count(DEAD);
    await this.take(stream, consumer, count, answer);
    await this.untilDead(before + count, stream, consumer);
  }

  /** Waits until there are so many dead letters: a consumer gives up when it is asked again. */
  async untilDead(total: number, stream: string, consumer: string): Promise<void> {
    const body = JSON.stringify({ batch: 1, expires: 80_000_000 });
    for (let i = 0; (await this.count(DEAD)) < total; i++) {
      if (i > 100) throw new Error(`not ${total} dead letters, of ${stream} ${consumer}`);
      await this.server.connection
        .request(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, body, { timeout: 100 })
        .catch(() => {});
    }
  }

  async state(stream: string): Promise<JsonObject> {
    return (await this.server.demand(`STREAM.INFO.${stream}`)).state as JsonObject;
  }

  async count(stream: string): Promise<number> {
    return Number((await this.state(stream)).messages);
  }

  /** Payloads of a stream, in order. A consumer may not read a work queue beside its own. */
  async payloads(stream: string): Promise<string[]> {
    const payloads: string[] = [];
    for (let seq = 1; ; ) {
      const answer = await this.server.request(`STREAM.MSG.GET.${stream}`, { seq, next_by_subj: '>' });
      const message = answer.message as JsonObject | undefined;
      if (!message) return payloads;
      payloads.push(Buffer.from(String(message.data ?? ''), 'base64').toString());
      seq = Number(message.seq) + 1;
    }
  }

  /** A message as its stream keeps it. */
  async stored(stream: string, seq: number): Promise<{ subject: string; headers: string; payload: string }> {
    const { message } = await this.server.demand(`STREAM.MSG.GET.${stream}`, { seq });
    const { subject, hdrs, data } = message as Record<string, string>;
    const text = (base64 = '') => Buffer.from(base64, 'base64').toString();
    return { subject: subject ?? '', headers: text(hdrs), payload: text(data) };
  }

  async delete(stream: string, seq: number): Promise<Json> {
    return this.server.demand(`STREAM.MSG.DELETE.${stream}`, { seq });
  }
}

/** Redrives by a session of its own; letters as `source | target | reason`. */
export function redriveBy(
  settings: JsonObject,
  { dead = DEAD, ...options }: TrialOptions & { readonly dead?: string } = {},
): Promise<Tried> {
  return withSession(settings, (session) =>
    tryRedrive(
      session,
      `main/stream/${dead}`,
      options,
      ({ source, target, reason }) => `${source} | ${target} | ${reason}`,
    ),
  );
}
