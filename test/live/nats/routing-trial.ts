import { setTimeout as sleep } from 'node:timers/promises';
import { createInbox, type Msg, headers as newHeaders } from '@nats-io/transport-node';
import { nats } from '../../../src/brokers/nats/index.ts';
import { accountOf } from '../../../src/brokers/nats/routing/account.ts';
import { type Flow, flowOf } from '../../../src/brokers/nats/routing/flow.ts';
import { subjectText } from '../../../src/brokers/nats/routing/subject.ts';
import { completeSides } from '../../../src/diff/index.ts';
import { eachOf } from '../../../src/model/concurrency.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  type RoutedTopology as Topology,
} from '../../../src/model/index.ts';
import { everything, withSession } from '../../brokers/nats-session/open.ts';
import type { PlainServer } from './plain.ts';
import type { RoutedMessage, RoutedTopology } from './routed-topologies.ts';

export interface Trial {
  readonly messages: number;
  /** Streams in which a message came to rest, and consumers that received one. */
  readonly places: number;
  readonly deliveries: number;
  /** Streams and consumers that the server did not take. */
  readonly refused: number;
  /** Where the router and the server differ: a text each. */
  readonly disagreements: readonly string[];
}

/** Publishes messages to an empty server, and compares where each one went with what the router says. */
export async function routingTrial(
  server: PlainServer,
  url: string,
  topology: RoutedTopology,
  messages: readonly RoutedMessage[],
): Promise<Trial> {
  const refused = await make(server, topology);
  const deliveries = new Deliveries();
  const subscriptions = topology.consumers.flatMap(
    ({ stream, config: { deliver_subject: to, durable_name } }) => {
      if (typeof to !== 'string' || !to.startsWith('delivered.')) return [];
      const callback = (_: unknown, message: Msg) =>
        deliveries.add(`${stream}/${durable_name}`, idOf(message));
      return [server.connection.subscribe(to, { callback })];
    },
  );
  try {
    // What is published before a stream that keeps nothing without interest has its copies is lost to them.
    await settled(server);
    for (const [i, { subject, headers }] of messages.entries()) {
      const sent = newHeaders();
      for (const [name, value] of Object.entries({ ...headers, Id: String(i) })) sent.append(name, value);
      server.connection.publish(subject, String(i), { headers: sent });
    }
    await server.connection.flush();
    await settled(server);
    const stored = await contents(server);
    const watched = await pullAll(server, deliveries);
    const predict = await predictor(url);
    const disagreements: string[] = [];
    let places = 0;
    for (const [i, message] of messages.entries()) {
      const got = stored.get(i) ?? new Map<string, number>();
      for (const count of got.values()) places += count;
      const wrong = differences(predict(message), got, deliveries.of(i), watched);
      if (wrong.length > 0) disagreements.push(`${JSON.stringify(message)}: ${wrong.join('; ')}`);
    }
    return { messages: messages.length, places, deliveries: deliveries.count, refused, disagreements };
  } finally {
    for (const subscription of subscriptions) subscription.unsubscribe();
    await server.clear();
  }
}

/** @returns how many the server refused */
export async function make(server: PlainServer, { streams, consumers }: RoutedTopology): Promise<number> {
  let refused = 0;
  const request = async (subject: string, body: Json) => {
    const { error } = await server.request(subject, body);
    if (error) refused++;
  };
  for (const config of streams) await request(`STREAM.CREATE.${config.name}`, config);
  for (const { stream, config } of consumers) {
    await request(`CONSUMER.DURABLE.CREATE.${stream}.${config.durable_name}`, {
      stream_name: stream,
      config,
    });
  }
  return refused;
}

/** Waits until mirrors and sources have what there is. With several filters 2.10 counts a lag that is none. */
async function settled(server: PlainServer): Promise<void> {
  let last = '';
  for (let same = 0; same < 60; ) {
    const streams = [...(await server.streams())];
    const isBehind = streams.some(([, { mirror, sources }]) => [mirror, sources].flat().some(isBehindOn));
    const now = JSON.stringify(streams.map(([name, { state }]) => [name, (state as JsonObject).last_seq]));
    same = now === last ? same + (isBehind ? 1 : 10) : 0;
    last = now;
    await sleep(50);
  }
}

/** What copies from a stream that was refused has nothing to wait for. */
function isBehindOn(origin: Json | undefined): boolean {
  if (!isObject(origin)) return false;
  const { lag, active, error } = origin;
  return isObject(error) && error.code === 404 ? false : lag !== 0 || Number(active) < 0;
}

/** How many copies there are of each message, by `STREAM subject`. */
async function contents(server: PlainServer): Promise<Map<number, Map<string, number>>> {
  const found = new Map<number, Map<string, number>>();
  for (const [name, { state }] of await server.streams()) {
    const { first_seq: first, last_seq: last } = state as JsonObject;
    const sequences = Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
    await eachOf(sequences, 64, async (seq) => {
      const { message } = await server.request(`STREAM.MSG.GET.${name}`, { seq });
      if (!isObject(message)) return;
      const headers = Buffer.from(String(message.hdrs ?? ''), 'base64').toString();
      count(found, Number(/^Id: (\d+)\r$/m.exec(headers)?.[1]), `${name} ${message.subject}`);
    });
  }
  return found;
}

function count(counts: Map<number, Map<string, number>>, id: number, key: string): void {
  const own = counts.get(id) ?? new Map<string, number>();
  counts.set(id, own.set(key, (own.get(key) ?? 0) + 1));
}

/** How often consumers received each message. */
class Deliveries {
  readonly #counts = new Map<number, Map<string, number>>();
  count = 0;

  add(consumer: string, id: number): void {
    count(this.#counts, id, consumer);
    this.count++;
  }

  of(id: number): ReadonlyMap<string, number> {
    return this.#counts.get(id) ?? new Map();
  }
}

function idOf({ headers }: Msg): number {
  return Number(headers?.get('Id'));
}

/** Pulls all that there is. @returns the consumers whose deliveries are known: push consumers of streams are not */
async function pullAll(server: PlainServer, deliveries: Deliveries): Promise<Set<string>> {
  const watched = new Set<string>();
  for (const stream of (await server.streams()).keys()) {
    for (const [name, { config }] of await server.consumers(stream)) {
      const { deliver_subject: to, durable_name: durable } = config as JsonObject;
      if (durable !== name || name.startsWith('JS_')) continue;
      const consumer = `${stream}/${name}`;
      if (to === undefined) await pull(server, stream, name, (id) => deliveries.add(consumer, id));
      if (to === undefined || String(to).startsWith('delivered.')) watched.add(consumer);
    }
  }
  return watched;
}

async function pull(
  server: PlainServer,
  stream: string,
  name: string,
  add: (id: number) => void,
): Promise<void> {
  const { connection } = server;
  const inbox = createInbox();
  await new Promise<void>((resolve) => {
    const callback = (_: unknown, message: Msg) => {
      // At the end comes a status.
      if (!message.headers?.code) return add(idOf(message));
      subscription.unsubscribe();
      resolve();
    };
    const subscription = connection.subscribe(inbox, { callback });
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, '{"batch":100000,"no_wait":true}', {
      reply: inbox,
    });
  });
}

/** How often at least, and at most where chance decides. */
interface Times {
  readonly least: number;
  readonly most: number;
}

interface Prediction {
  /** By `STREAM subject`; `<random>` stands for a number. */
  readonly stored: ReadonlyMap<string, Times>;
  /** By `STREAM/consumer`. */
  readonly delivered: ReadonlyMap<string, Times>;
  /** Streams that delete it again when they get round to it. */
  readonly passing: ReadonlySet<string>;
}

/** What the server has, read by a session as `route --live` reads it. */
export async function liveTopology(url: string): Promise<Topology> {
  return withSession({ servers: [url] }, async (session) => {
    const { broker } = session;
    const { live } = completeSides({ broker }, [], await session.read(everything), nats.kinds);
    return { broker, resources: [...live.values()], live: true };
  });
}

async function predictor(url: string): Promise<(message: RoutedMessage) => Prediction> {
  const account = accountOf(await liveTopology(url));
  return (message) => predictionOf(flowOf(account, message));
}

function predictionOf(flow: Flow): Prediction {
  const [least, most] = [waysTo(flow, true), waysTo(flow, false)];
  const stored = new Map<string, Times>();
  const delivered = new Map<string, Times>();
  const passing = new Set<string>();
  const add = (to: Map<string, Times>, key: string, id: string) => {
    const known = to.get(key) ?? { least: 0, most: 0 };
    to.set(key, { least: known.least + (least.get(id) ?? 0), most: known.most + (most.get(id) ?? 0) });
  };
  for (const stop of flow.stops.values()) {
    if (stop.isAdvisory) continue;
    if (stop.type === 'consumer') add(delivered, `${stop.stream.name}/${stop.consumer.name}`, stop.id);
    if (stop.type !== 'stream') continue;
    if (stop.fate === 'passing') passing.add(stop.stream.name);
    if (stop.fate === 'stored')
      add(stored, `${stop.stream.name} ${subjectText(stop.subject ?? [null])}`, stop.id);
  }
  return { stored, delivered, passing };
}

/** In how many ways a message comes to each stop. */
function waysTo({ stops }: Flow, certainOnly: boolean): Map<string, number> {
  const ways = new Map<string, number>();
  const walk = (id: string) => {
    ways.set(id, (ways.get(id) ?? 0) + 1);
    for (const { to, isCertain } of stops.get(id)?.hops ?? []) if (isCertain || !certainOnly) walk(to);
  };
  const [first] = stops.keys();
  if (first !== undefined) walk(first);
  return ways;
}

function differences(
  { stored, delivered, passing }: Prediction,
  gotStored: ReadonlyMap<string, number>,
  gotDelivered: ReadonlyMap<string, number>,
  watched: ReadonlySet<string>,
): string[] {
  const rest = new Map([...gotStored].filter(([key]) => !passing.has(key.split(' ')[0] ?? '')));
  const wrong: string[] = [];
  const compare = (what: string, { least, most }: Times, got: number) => {
    if (got < least || got > most) wrong.push(`${what}: predicted ${least} to ${most}, got ${got}`);
  };
  for (const [key, times] of stored) {
    const matching = [...rest.keys()].filter((one) => matches(one, key));
    compare(
      key,
      times,
      matching.reduce((sum, one) => sum + (rest.get(one) ?? 0), 0),
    );
    for (const one of matching) rest.delete(one);
  }
  for (const [key, got] of rest) compare(key, { least: 0, most: 0 }, got);
  for (const consumer of watched) {
    compare(consumer, delivered.get(consumer) ?? { least: 0, most: 0 }, gotDelivered.get(consumer) ?? 0);
  }
  return wrong;
}

/** `<random>` stands for a number. */
function matches(got: string, predicted: string): boolean {
  if (!predicted.includes('<random>')) return got === predicted;
  const parts = predicted.split('<random>').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('\\d+')}$`).test(got);
}
