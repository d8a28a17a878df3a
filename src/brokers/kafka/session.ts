import type { Connection, Session } from '../../model/index.ts';
import type { AnyApi } from './protocol/api.ts';
import { Cluster } from './session/cluster.ts';
import { examine } from './session/examine.ts';
import { identify } from './session/identity.ts';
import { observeTopics } from './session/observe.ts';
import { previewUnits } from './session/preview.ts';
import { readScope } from './session/read.ts';
import { sendUnits } from './session/send.ts';
import { readSettings } from './session/settings.ts';

/**
 * Opens a session with one Kafka cluster.
 * @param onRequest is told of every request that is sent, for those who count them.
 * @throws ConnectionError, BrokerError
 */
export async function connect(connection: Connection, onRequest?: (api: AnyApi) => void): Promise<Session> {
  const cluster = await Cluster.open(readSettings(connection), onRequest);
  try {
    const { broker, inherited } = await identify(cluster);
    return {
      broker,
      read: (scope) => readScope(cluster, inherited, scope),
      observe: (resources) => observeTopics(cluster, resources),
      preview: (units) => previewUnits(cluster, units),
      send: (units, options) => sendUnits(cluster, units, options),
      examine: () => examine(cluster, broker),
      close: async () => cluster.close(),
    };
  } catch (error) {
    cluster.close();
    throw error;
  }
}
