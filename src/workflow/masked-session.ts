import type {
  Connection,
  LetterOutcome,
  Provider,
  Redrive,
  Secrets,
  SendOptions,
  Session,
} from '../model/index.ts';

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
