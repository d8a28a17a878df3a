import {
  type Address,
  type Connection,
  coverageOf,
  FirstRead,
  groupBy,
  indexByAddress,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
  type Scope,
  type Session,
} from '../../../model/index.ts';
import type { InheritedConfigs } from '../kinds/configs/spec.ts';
import { kinds } from '../kinds/index.ts';
import { acls } from './acls.ts';
import { Cluster } from './cluster.ts';
import { brokerConfigs, clientMetrics, groups } from './configs/index.ts';
import { diagnose } from './doctor.ts';
import { sendUnits } from './execute.ts';
import { identify } from './identity.ts';
import type { KindSession } from './kind-session.ts';
import type { AnyApi } from './protocol/codec.ts';
import { quotas } from './quotas.ts';
import { readSettings } from './settings.ts';
import { topics } from './topics/index.ts';
import { users } from './users.ts';

/**
 * Opens a session with one Kafka cluster.
 * @param onRequest called for every request sent
 * @throws ConnectionError, BrokerError
 */
export async function connect(connection: Connection, onRequest?: (api: AnyApi) => void): Promise<Session> {
  const sessions = Object.values(kindSessions);
  const cluster = await Cluster.open(readSettings(connection), onRequest);
  try {
    const identity = identify(
      cluster,
      sessions.flatMap(({ requests }) => requests),
    );
    const inherited = identity.then((known) => known.inherited);
    const first = new FirstRead(connection.reads, (scope) => readScope(cluster, inherited, scope));
    const [{ broker }] = await Promise.all([identity, inherited]);
    return {
      broker,
      read: (scope) => first.take(scope),
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

/** How a session reads and changes each kind, by the name that stands in addresses. */
const kindSessions: Readonly<Record<string, KindSession>> = {
  topic: topics,
  acl: acls,
  quota: quotas,
  user: users,
  group: groups,
  'client-metrics': clientMetrics,
  'broker-configs': brokerConfigs,
};

/** The live resources of a scope. A kind that is not in it costs no request and takes no right. */
async function readScope(
  cluster: Cluster,
  inherited: Promise<InheritedConfigs>,
  scope: Scope,
): Promise<Resource[]> {
  const { wanted, named, includes } = coverageOf(scope, cluster.settings.broker, kinds);
  const addresses = groupBy(named, kindOf);
  const parts = await Promise.all(
    Object.entries(kindSessions).map(([kind, session]) => {
      const selections = wanted.get(kind);
      if (!selections) return [];
      const names = new Set(addresses.get(kind)?.map((address) => parseAddress(address).path[0] ?? ''));
      const desired = scope.desired.filter(({ address }) => named.has(address) && kindOf(address) === kind);
      const isNamed = (one: (typeof selections)[number]) =>
        one.kind === kind && one.first !== undefined && names.has(one.first);
      const own = { names, desired: indexByAddress(desired), all: !selections.every(isNamed), includes };
      return session.read(cluster, own, inherited);
    }),
  );
  return parts.flat();
}
