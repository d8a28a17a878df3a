import type { Connection, Provider, Secrets, Session } from '../model/index.ts';

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
  return {
    // What a session knows of its broker may grow with what it reads.
    get broker() {
      return session.broker;
    },
    read: (scope) => guarded(session.read(scope)),
    readMetrics: (resources) => guarded(session.readMetrics(resources)),
    async *send(units, options) {
      const { onWork } = options;
      const masked = onWork && {
        onWork: (text?: string) => onWork(text === undefined ? text : secrets.mask(text)),
      };
      try {
        for await (const outcome of session.send(units, { ...options, ...masked })) {
          yield secrets.maskAll(outcome);
        }
      } catch (error) {
        throw secrets.maskError(error);
      }
    },
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
    diagnose: async () => secrets.maskAll(await guarded(session.diagnose())),
    close: () => session.close(),
  };
}
