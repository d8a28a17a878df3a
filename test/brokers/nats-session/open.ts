import { connect } from '../../../src/brokers/nats/session/index.ts';
import type {
  Call,
  Connection,
  JsonObject,
  Outcome,
  Resource,
  Scope,
  Session,
} from '../../../src/model/index.ts';

export type NatsSession = Awaited<ReturnType<typeof connect>>;

/** A connection as the loader would hand it over. */
export function connectionTo(settings: JsonObject, timeout = 10_000): Connection {
  return { name: 'main', type: 'nats', settings, resolve: (template) => template, timeout };
}

/** Opens a session, and closes it after the work. */
export async function withSession<T>(
  settings: JsonObject,
  work: (session: NatsSession) => Promise<T>,
  timeout?: number,
): Promise<T> {
  const session = await connect(connectionTo(settings, timeout));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

export const everything: Scope = { desired: [], retired: [], owns: ['**'] };

/** A scope that names these addresses and no more. */
export function only(...retired: string[]): Scope {
  return { desired: [], retired, owns: [] };
}

export interface Signals {
  drain?: AbortSignal;
  abort?: AbortSignal;
}

/** Sends units and gives their outcomes in the order of the units. */
export async function sendAll(session: Session, units: Call[][], signals: Signals = {}): Promise<Outcome[]> {
  const never = new AbortController().signal;
  const outcomes: Outcome[] = [];
  const options = { drain: signals.drain ?? never, abort: signals.abort ?? never };
  for await (const outcome of session.send(units, options)) outcomes[outcome.unit] = outcome;
  return outcomes;
}

export const streamCall = {
  create: (name: string, config: JsonObject = {}): Call => ({
    op: 'stream.create',
    target: `main/stream/${name}`,
    body: { name, config: { name, ...config } },
  }),
  update: (name: string, config: JsonObject = {}): Call => ({
    op: 'stream.update',
    target: `main/stream/${name}`,
    body: { name, config: { name, ...config }, ifLossless: true },
  }),
  delete: (name: string, ifEmpty = false): Call => ({
    op: 'stream.delete',
    target: `main/stream/${name}`,
    body: { name, ifEmpty },
  }),
};

export const consumerCall = {
  create: (stream: string, name: string, config: JsonObject = {}): Call => ({
    op: 'consumer.create',
    target: `main/consumer/${stream}/${name}`,
    body: { stream, name, config: { durable_name: name, name, ack_policy: 'explicit', ...config } },
  }),
  update: (stream: string, name: string, config: JsonObject = {}): Call => ({
    op: 'consumer.update',
    target: `main/consumer/${stream}/${name}`,
    body: { stream, name, config: { durable_name: name, name, ack_policy: 'explicit', ...config } },
  }),
  delete: (stream: string, name: string): Call => ({
    op: 'consumer.delete',
    target: `main/consumer/${stream}/${name}`,
    body: { stream, name },
  }),
};

export function found(resources: readonly Resource[], address: string): Resource {
  const resource = resources.find((one) => one.address === address);
  if (!resource) throw new Error(`${address} is not among ${resources.map((one) => one.address).join(', ')}`);
  return resource;
}
