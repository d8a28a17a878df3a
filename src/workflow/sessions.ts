import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Connection,
  ConnectionError,
  type LetterOutcome,
  type Provider,
  type Redrive,
  Secrets,
  type SendOptions,
  type Session,
} from '../model/index.ts';
import type { DeclaredBroker } from './check.ts';

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

/**
 * Connects, and takes the connection's secrets out of all that its session says: answers, refusals and errors, whoever
 * worded them.
 * @throws ConnectionError, BrokerError
 */
export async function connectMasked(
  provider: Provider,
  connection: Connection,
  secrets: Secrets,
): Promise<Session> {
  const guarded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw secrets.maskError(error);
    });
  const resolve = (template: string) => {
    for (const [variable] of template.matchAll(/\$\{[^}]*\}/g)) secrets.add(connection.resolve(variable));
    return connection.resolve(template);
  };
  const learn = (secret: string) => secrets.add(secret.trim());
  const session = await guarded(provider.connect({ ...connection, resolve, learn }));
  const preview = session.preview?.bind(session);
  const rehearse = session.rehearse?.bind(session);
  const lock = session.lock?.bind(session);
  const runTests = session.runTests?.bind(session);
  const redrive = session.redrive?.bind(session);
  return {
    // What a session knows of its broker may grow with what it reads.
    get broker() {
      return session.broker;
    },
    read: (scope) => guarded(session.read(scope)),
    readMetrics: (resources) => guarded(session.readMetrics(resources)),
    send: (units, options) => masked(session.send(units, withMaskedWork(options, secrets)), secrets),
    ...(preview && { preview: async (units) => secrets.maskAll(await guarded(preview(units))) }),
    ...(rehearse && {
      rehearse: async (units, options) => secrets.maskAll(await guarded(rehearse(units, options))),
    }),
    ...(lock && {
      lock: async (request) => {
        const attempt = await guarded(lock(request));
        return attempt.status === 'held' ? attempt : secrets.maskAll(attempt);
      },
    }),
    ...(runTests && { runTests: async (trial) => secrets.maskAll(await guarded(runTests(trial))) }),
    ...(redrive && { redrive: async (request) => maskedRedrive(await guarded(redrive(request)), secrets) }),
    diagnose: async () => secrets.maskAll(await guarded(session.diagnose())),
    close: () => session.close(),
  };
}

/** Headers are compared and shown nowhere: they stay as they are. */
function maskedRedrive(redrive: Redrive, secrets: Secrets): Redrive {
  const { count, notes } = redrive;
  const maskOutcome = ({ letter, ...rest }: LetterOutcome): LetterOutcome => {
    const { header: _, ...texts } = letter;
    return {
      ...secrets.maskAll(rest),
      letter: { ...secrets.maskAll(texts), header: (name) => letter.header(name) },
    };
  };
  return {
    ...(count !== undefined && { count }),
    notes: secrets.maskAll(notes),
    survey: (options) => masked(redrive.survey(options), secrets, maskOutcome),
    run: (options) => masked(redrive.run(withMaskedWork(options, secrets)), secrets, maskOutcome),
  };
}

async function* masked<T>(
  items: AsyncIterable<T>,
  secrets: Secrets,
  mask = (item: T): T => secrets.maskAll(item),
): AsyncIterable<T> {
  try {
    for await (const item of items) yield mask(item);
  } catch (error) {
    throw secrets.maskError(error);
  }
}

function withMaskedWork<T extends Pick<SendOptions, 'onWork'>>(options: T, secrets: Secrets): T {
  const { onWork } = options;
  if (!onWork) return options;
  return { ...options, onWork: (text?: string) => onWork(text === undefined ? text : secrets.mask(text)) };
}
