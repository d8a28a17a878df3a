import type { Address, Connection, JsonObject, Session } from '../../../model/index.ts';
import { Cluster } from './cluster.ts';
import { diagnose } from './doctor.ts';
import { sendUnits } from './execute.ts';
import { identify } from './identity.ts';
import { kindSessions } from './kinds.ts';
import type { AnyApi } from './protocol/codec.ts';
import { readScope } from './read.ts';
import { readSettings } from './settings.ts';

/**
 * Opens a session with one Kafka cluster.
 * @param onRequest called for every request sent
 * @throws ConnectionError, BrokerError
 */
export async function connect(connection: Connection, onRequest?: (api: AnyApi) => void): Promise<Session> {
  const sessions = [...kindSessions.values()];
  const cluster = await Cluster.open(readSettings(connection), onRequest);
  try {
    const { broker, inherited } = await identify(
      cluster,
      sessions.flatMap(({ requests }) => requests),
    );
    return {
      broker,
      read: (scope) => readScope(cluster, kindSessions, inherited, scope),
      async readMetrics(resources) {
        const found = await Promise.all(sessions.map((one) => one.readMetrics?.(cluster, resources) ?? []));
        return new Map(found.flatMap((metrics): [Address, JsonObject][] => [...metrics]));
      },
      async preview(units) {
        const found = await Promise.all(sessions.map((one) => one.preview?.(cluster, units) ?? []));
        return found.flat().sort((a, b) => a.unit - b.unit);
      },
      send: (units, options) => sendUnits(cluster, sessions, units, options),
      async redrive(request) {
        const { openRedrive } = await import('./redrive/index.ts');
        return openRedrive(cluster, request);
      },
      diagnose: () => diagnose(cluster, broker),
      close: async () => cluster.close(),
    };
  } catch (error) {
    cluster.close();
    throw error;
  }
}
