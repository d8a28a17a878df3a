import type { Connection, Session } from '../../../model/index.ts';
import { JetStreamApi } from './api.ts';
import { openLink } from './connection.ts';
import { examine } from './doctor.ts';
import { sendUnits } from './execute.ts';
import { identify } from './identity.ts';
import { observe } from './metrics.ts';
import { readScope } from './read.ts';
import { askLimits } from './server-limits.ts';
import { readSettings } from './settings.ts';

/**
 * Opens a session with the JetStream of one account: everything goes through raw requests on `$JS.API`.
 * @throws ConnectionError, BrokerError
 */
export async function connect(connection: Connection): Promise<Session & { readonly api: JetStreamApi }> {
  const settings = readSettings(connection);
  const link = await openLink(settings);
  try {
    const api = new JetStreamApi(link, settings);
    let broker = await identify(api);
    return {
      /** Grows with what a read has to ask. */
      get broker() {
        return broker;
      },
      /** For tests that count requests. */
      api,
      async read(scope) {
        const resources = await readScope(scope, api);
        const serverLimits = await askLimits(scope, resources, api, broker);
        broker = { ...broker, facts: { ...broker.facts, serverLimits } };
        return resources;
      },
      observe: (resources) => observe(resources, api),
      send: (units, options) => sendUnits(units, options, api, broker),
      examine: () => examine(api),
      close: () => link.close(),
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}
