import type { Connection, Session } from '../../../model/index.ts';
import { Cluster } from './cluster.ts';
import { examine } from './doctor.ts';
import { sendUnits } from './execute.ts';
import { identify } from './identity.ts';
import { previewUnits } from './preview.ts';
import type { AnyApi } from './protocol/codec.ts';
import { readScope } from './read.ts';
import { readSettings } from './settings.ts';
import { observeTopics } from './topics/metrics.ts';

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
