import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, ConnectionError, type Provider, Secrets, type Session } from '../model/index.ts';
import type { DeclaredBroker } from './check.ts';
import { connectMasked } from './masked-session.ts';

export interface OpenOptions {
  /** Milliseconds to go on trying while a broker is down or still starting; 0 tries once. */
  readonly wait: number;
  readonly signal: AbortSignal;
  /** Told while a broker is waited for. */
  readonly onWait: (text: string) => void;
}

/**
 * Opens a session to each broker, all at once.
 * @throws the error of the broker that failed; an AggregateError when several did. No session stays open then.
 */
export async function openSessions(
  connections: readonly { provider: Provider; connection: Connection }[],
  options: OpenOptions,
): Promise<Map<string, Session>> {
  const opened = await Promise.allSettled(
    connections.map(({ provider, connection }) => openSession(provider, connection, options)),
  );
  const sessions = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = failureOf(opened);
  if (failure === undefined) return new Map(sessions.map((session) => [session.broker.name, session]));
  await closeSessions(sessions);
  throw failure;
}

/**
 * Waits for work on several brokers at once, each to its end.
 * @throws the error of the broker that failed; an AggregateError when several did
 */
export async function ofAllBrokers<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  const failure = failureOf(settled);
  if (failure !== undefined) throw failure;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function failureOf(settled: readonly PromiseSettledResult<unknown>[]): unknown {
  const errors = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  return errors.length > 1 ? new AggregateError(errors, `${errors.length} brokers failed`) : errors[0];
}

/**
 * Opens a session to one broker for some work, and closes it whatever comes of the work.
 * @throws ConnectionError, BrokerError; what the work throws
 */
export async function withSession<T>(
  { provider, connect }: Pick<DeclaredBroker, 'provider' | 'connect'>,
  options: OpenOptions & { readonly timeout: number },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(provider, connect(options.timeout), options);
  try {
    return await work(session);
  } finally {
    await closeSessions([session]);
  }
}

export async function closeSessions(sessions: Iterable<Session>): Promise<void> {
  await Promise.allSettled([...sessions].map((session) => session.close()));
}

async function openSession(
  provider: Provider,
  connection: Connection,
  options: OpenOptions,
): Promise<Session> {
  const deadline = Date.now() + options.wait;
  const secrets = new Secrets(connection.settings);
  for (;;) {
    try {
      return await connectMasked(provider, connection, secrets);
    } catch (error) {
      const mayPass = error instanceof ConnectionError && error.transient;
      if (!mayPass || Date.now() >= deadline) throw error;
      options.onWait(`waiting for ${connection.name}: ${error.message}`);
      await sleep(Math.min(1000, Math.max(0, deadline - Date.now())), undefined, { signal: options.signal });
    }
  }
}
