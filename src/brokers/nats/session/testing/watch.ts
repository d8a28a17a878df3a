import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { eachOf } from '../../../../model/concurrency.ts';
import { isObject, type JsonObject, kindOf, objectOf } from '../../../../model/index.ts';
import { numberIn, parseObject, textIn } from '../../fields/values.ts';
import { consumerNameOf, copiesIn, streamNameOf } from '../../kinds/addresses.ts';
import type { Message } from '../../routing/flow.ts';
import { type JetStreamApi, pause } from '../api.ts';
import { hasNoResponders, isNoMessage, ResponseTimeout, unless } from '../refusals.ts';
import type { Scratch } from './scratch.ts';

/** Tells the messages of the tests from each other. */
const ID = 'Brokerform-Test';

const CONCURRENT = 32;
const POLL = 30;
/**
 * Milliseconds without any change after which no more is expected: when all has come that the router expects, when
 * something is missing, and when a mirror or source is behind besides, or has not begun.
 */
const QUIET = { complete: 250, missing: 1_000, behind: 4_000 };
/** Milliseconds for all of it. */
const LONGEST = 20_000;
/** Messages of one pull. Servers can limit it. */
const BATCH = 50;
/** Milliseconds until every server of a cluster knows which subjects a new stream stores. */
const INTEREST = 1_000;

/** Where one message went, by the names of the originals. */
export interface Traces {
  /** Its subjects by stream. */
  readonly stored: Map<string, Set<string>>;
  /** `STREAM/consumer`. */
  readonly delivered: Set<string>;
}

interface Puller {
  readonly stream: string;
  readonly name: string;
}

/** Publishes messages in a copy, and sees where they go. */
export class Watch {
  readonly #api: JetStreamApi;
  readonly #scratch: Scratch;
  readonly #signal: AbortSignal;
  readonly #traces = new Map<number, Traces>();
  /** The next sequence to read, by stream of the copy. */
  readonly #next = new Map<string, bigint>();
  readonly #pullers: Puller[] = [];
  readonly #subscriptions: Subscription[] = [];
  /** Subjects on which to acknowledge what push consumers delivered. */
  readonly #unanswered: string[] = [];
  #deliveries = 0;
  #error: Error | undefined;

  constructor(api: JetStreamApi, scratch: Scratch, signal: AbortSignal) {
    this.#api = api;
    this.#scratch = scratch;
    this.#signal = signal;
    const subjects = new Map<string, string | undefined>();
    for (const { address, spec } of scratch.resources) {
      if (kindOf(address) !== 'consumer') continue;
      const { deliver_subject: to, deliver_group: group } = spec;
      if (typeof to !== 'string')
        this.#pullers.push({ stream: streamNameOf(address), name: consumerNameOf(address) });
      else subjects.set(`${to} ${group}`, typeof group === 'string' ? group : undefined);
    }
    for (const [key, queue] of subjects) this.#subscribe(key.split(' ')[0] ?? '', queue);
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  of(id: number): Traces {
    const known = this.#traces.get(id) ?? { stored: new Map(), delivered: new Set() };
    this.#traces.set(id, known);
    return known;
  }

  /** Waits until mirrors and sources have begun: what they copy from may keep nothing without them. */
  async ready(): Promise<void> {
    await this.#settled((isBehind) => !isBehind, 0);
  }

  /**
   * @param isStored whether a stream is to answer
   * @returns why the server refused it
   */
  async publish({ subject, headers }: Message, id: number, isStored: boolean): Promise<string | undefined> {
    const { connection } = this.#api.link;
    const { headers: newHeaders } = await import('@nats-io/transport-node');
    const sent = newHeaders();
    for (const [name, value] of Object.entries({ ...headers, [ID]: String(id) }))
      sent.append(name, String(value));
    const options = { headers: sent };
    if (!isStored) {
      connection.publish(subject, PAYLOAD, options);
      return undefined;
    }
    const { timeout } = this.#api.settings;
    const deadline = Date.now() + Math.min(timeout, INTEREST);
    for (let attempt = 0; ; attempt++) {
      try {
        const { data } = await connection.request(subject, PAYLOAD, { ...options, timeout });
        const answer = parseObject(new TextDecoder().decode(data));
        return isObject(answer?.error) ? textIn(answer.error.description) : undefined;
      } catch (error) {
        if (!hasNoResponders(error)) throw error;
        if (!(await pause(attempt, deadline))) return 'no stream answers';
      }
    }
  }

  /**
   * Waits until the messages have come to rest, and lets every consumer have them.
   * @param isComplete whether everything has come that the router expects
   */
  async observe(isComplete: () => boolean): Promise<void> {
    await this.#api.link.flush();
    await this.#settled(isComplete, QUIET.complete);
    await eachOf(this.#pullers, CONCURRENT, (puller) => this.#pullAll(puller));
    for (const reply of this.#unanswered.splice(0)) this.#api.link.connection.publish(reply, '+ACK');
  }

  #subscribe(subject: string, queue: string | undefined): void {
    const callback = (error: Error | null, message: Msg) => {
      if (error) this.#error = error;
      else if (message.reply) {
        this.#deliver(message);
        this.#unanswered.push(message.reply);
      }
    };
    const options = { callback, ...(queue !== undefined && { queue }) };
    this.#subscriptions.push(this.#api.link.connection.subscribe(subject, options));
  }

  async #settled(isComplete: (isBehind: boolean) => boolean, quiet: number): Promise<void> {
    const end = Date.now() + LONGEST;
    let last = '';
    let changedAt = Date.now();
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#error) throw this.#error;
      const { seen, isBehind } = await this.#look();
      const now = Date.now();
      if (seen !== last) changedAt = now;
      last = seen;
      const wait = isComplete(isBehind) ? quiet : isBehind ? QUIET.behind : QUIET.missing;
      if (now - changedAt >= wait || now >= end) return;
      await sleep(POLL, undefined, { signal: this.#signal });
    }
  }

  /** Reads what the streams have got since the last look. */
  async #look(): Promise<{ seen: string; isBehind: boolean }> {
    const names = [...this.#scratch.originals.keys()];
    const seen: string[] = [];
    let isBehind = false;
    await eachOf(names, CONCURRENT, async (name, i) => {
      const info = await this.#api.read({ verb: 'STREAM.INFO', path: [name] });
      isBehind ||= copiesIn(info).some(isBehindOn);
      const state = objectOf(info.state);
      const last = numberIn(state.last_seq);
      seen[i] = String(last);
      const next = this.#next.get(name) ?? 1n;
      const first = numberIn(state.first_seq) > next ? numberIn(state.first_seq) : next;
      for (let seq = first; seq <= last; seq++) await this.#read(name, seq);
      this.#next.set(name, last + 1n);
    });
    return { seen: `${seen.join(' ')} ${this.#deliveries}`, isBehind };
  }

  async #read(stream: string, seq: bigint): Promise<void> {
    const request = { verb: 'STREAM.MSG.GET', path: [stream], body: { seq: Number(seq) } };
    // A mirror that takes a part of its origin has no other messages.
    const message = (await unless(isNoMessage, this.#api.read(request)))?.message;
    if (!isObject(message)) return;
    const headers = Buffer.from(textIn(message.hdrs), 'base64').toString();
    const [, id] = new RegExp(`^${ID}: (\\d{1,9})\r$`, 'm').exec(headers) ?? [];
    const subject = this.#scratch.original(textIn(message.subject));
    const name = this.#scratch.originals.get(stream);
    if (id === undefined || subject === undefined || name === undefined) return;
    const { stored } = this.of(Number(id));
    stored.set(name, (stored.get(name) ?? new Set()).add(subject));
  }

  #deliver({ reply = '', headers }: Msg): void {
    this.#deliveries++;
    const id = Number(headers?.get(ID) || Number.NaN);
    const [stream = '', consumer = ''] = consumerIn(reply);
    const name = this.#scratch.originals.get(stream);
    if (name !== undefined && Number.isInteger(id)) this.of(id).delivered.add(`${name}/${consumer}`);
  }

  async #pullAll(puller: Puller): Promise<void> {
    while ((await this.#pull(puller)) > 0) this.#signal.throwIfAborted();
  }

  /** @returns how many messages there were */
  async #pull({ stream, name }: Puller): Promise<number> {
    const { link, settings } = this.#api;
    const { connection } = link;
    const subject = `${settings.prefix}.CONSUMER.MSG.NEXT.${stream}.${name}`;
    const { createInbox } = await import('@nats-io/transport-node');
    const reply = createInbox();
    let count = 0;
    await new Promise<void>((resolve, reject) => {
      const end = (error?: Error | null) => {
        clearTimeout(timer);
        subscription.unsubscribe();
        if (error) reject(error);
        else resolve();
      };
      const callback = (error: Error | null, message: Msg) => {
        // At the end comes a status, unless there are as many as were asked for.
        if (error || message.headers?.code) return end(error);
        this.#deliver(message);
        message.respond('+ACK');
        if (++count === BATCH) end();
      };
      const subscription = connection.subscribe(reply, { callback });
      const late = new ResponseTimeout(subject, settings.timeout);
      const timer = setTimeout(() => end(late), settings.timeout);
      connection.publish(subject, JSON.stringify({ batch: BATCH, no_wait: true }), { reply });
    });
    return count;
  }
}

/** A message of a counter must be empty. */
const PAYLOAD = '';

/** True for what has not begun, or lacks messages. */
function isBehindOn({ lag, active }: JsonObject): boolean {
  return numberIn(lag) !== 0n || numberIn(active) < 0n;
}

/**
 * Stream and consumer in the subject of an acknowledgement: `$JS.ACK.<stream>.<consumer>.…`, or
 * `$JS.ACK.<domain>.<account hash>.<stream>.<consumer>.…`. ADR-15 of nats-io/nats-architecture-and-design.
 */
function consumerIn(reply: string): string[] {
  const tokens = reply.split('.');
  return tokens.length === 9 ? tokens.slice(2, 4) : tokens.slice(4, 6);
}
