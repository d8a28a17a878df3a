import { Kafka, logLevel } from 'kafkajs';
import { onTestFinished } from 'vitest';
import type { KafkaCall } from '../../../src/brokers/kafka/kinds/index.ts';
import { connect } from '../../../src/brokers/kafka/session/index.ts';
import type { Json, JsonObject, Outcome, Resource, Session } from '../../../src/model/index.ts';
export const BROKER = 'events';

let next = 0;

/** A name that no other test of this run uses. */
export function fresh(prefix: string): string {
  return `${prefix}-${process.pid}-${++next}`;
}

export interface Opened {
  readonly session: Session;
  /** Names of the requests that were sent so far; emptied by `counted`. */
  readonly requests: string[];
}

export interface OpenOptions {
  readonly settings: JsonObject;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

/** A session that is closed at the end of the test. */
export async function open({ settings, secrets = {}, timeout = 20_000 }: OpenOptions): Promise<Opened> {
  const requests: string[] = [];
  const resolve = (template: string) => secrets[template] ?? template;
  const connection = { name: BROKER, type: 'kafka', settings, resolve, timeout };
  const session = await connect(connection, (api) => requests.push(api.name));
  onTestFinished(() => session.close());
  return { session, requests };
}

/** How often each request was sent while something ran. */
export async function counted(
  { requests }: Opened,
  run: () => Promise<unknown>,
): Promise<Record<string, number>> {
  requests.length = 0;
  await run();
  const counts: Record<string, number> = {};
  for (const name of requests) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export interface Signals {
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
}

const never: Signals = { drain: new AbortController().signal, abort: new AbortController().signal };

/** Sends units and gives their outcomes in the order of the units. */
export async function send(
  session: Session,
  units: readonly (readonly KafkaCall[])[],
  signals: Signals = never,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of session.send(
    units as readonly (readonly { op: string; target: string; body: Json }[])[],
    signals,
  )) {
    outcomes[outcome.unit] = outcome;
  }
  return outcomes;
}

export function declared(address: string, spec: JsonObject = {}): Resource {
  return { address, spec, dependsOn: [] };
}

export function topic(name: string): string {
  return `${BROKER}/topic/${name}`;
}

/** The live resource at an address, if it is there. */
export async function readOne(
  session: Session,
  address: string,
  spec: JsonObject = {},
): Promise<Resource | undefined> {
  const found = await session.read({ desired: [declared(address, spec)], retired: [], owns: [] });
  return found.find((resource) => resource.address === address);
}

export function create(
  name: string,
  partitions = 1,
  replicationFactor = 1,
  configs: Record<string, string> = {},
): KafkaCall {
  return { op: 'topic.create', target: topic(name), body: { name, partitions, replicationFactor, configs } };
}

export function remove(name: string, ifEmpty = false): KafkaCall {
  return { op: 'topic.delete', target: topic(name), body: { name, ifEmpty } };
}

/** Another client, which knows nothing of us. */
export function stranger(bootstrap: readonly string[]): Kafka {
  return new Kafka({ brokers: [...bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 10 } });
}

export async function produce(
  bootstrap: readonly string[],
  name: string,
  messages: { key?: string; value: string; timestamp?: string; partition?: number }[],
): Promise<void> {
  const producer = stranger(bootstrap).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic: name, messages, acks: -1 });
  await producer.disconnect();
}
