import { type Connection, FirstRead, type Session } from '../../../model/index.ts';
import { JetStreamApi } from './api.ts';
import { openLink } from './connection.ts';
import { diagnose } from './doctor.ts';
import { sendUnits } from './execute.ts';
import { identify } from './identity.ts';
import { takeLock } from './lock.ts';
import { readMetrics, readScope } from './read.ts';
import { requestLimits } from './server-limits.ts';
import { readSettings } from './settings.ts';

/**
 * Opens a session with JetStream in one account, by raw requests on `$JS.API`.
 * @throws ConnectionError, BrokerError
 */
export async function connect(connection: Connection): Promise<Session & { readonly api: JetStreamApi }> {
  const settings = readSettings(connection);
  const link = await openLink(settings);
  try {
    const api = new JetStreamApi(link, settings);
    const first = new FirstRead(connection.reads, (scope) => readScope(scope, api));
    let broker = await identify(api);
    return {
      /** A read adds the server limits that it requests. */
      get broker() {
        return broker;
      },
      /** For tests that count requests. */
      api,
      async read(scope) {
        const resources = await first.take(scope);
        const serverLimits = await requestLimits(scope, resources, api, broker);
        broker = { ...broker, facts: { ...broker.facts, serverLimits } };
        return resources;
      },
      readMetrics: (resources) => readMetrics(resources, api),
      send: (units, options) => sendUnits(units, options, api, broker),
      async runTests(trial) {
        const { runTests } = await import('./testing/index.ts');
        return runTests(trial, api, broker);
      },
      async redrive(request) {
        const { openRedrive } = await import('./redrive/index.ts');
        return openRedrive(request, api, broker);
      },
      lock: (request) => takeLock(request, api, broker),
      diagnose: () => diagnose(api),
      close: () => link.close(),
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}
