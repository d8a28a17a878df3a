import { type BrokerIdentity, type Check, ConnectionError } from '../../../model/index.ts';
import type { KafkaFacts } from '../facts.ts';
import type { AclOperation } from '../fields/acl.ts';
import type { Cluster } from './cluster.ts';
import { CLUSTER_METADATA, DescribeCluster, DescribeQuorum, Metadata } from './protocol/cluster.ts';
import { readRights } from './refusals.ts';

/** Rights on the cluster resource, and what they are for. Rights on single topics and groups are not checked. */
const WORK_BY_RIGHT: readonly (readonly [AclOperation, string])[] = [
  ['describe', 'see ACLs, SCRAM users, sizes on disk and running reassignments'],
  ['alter', 'change ACLs and SCRAM users, and move partitions'],
  [
    'describe-configs',
    'see quotas, client-metrics subscriptions and broker configs, and list groups with configs',
  ],
  [
    'alter-configs',
    'change quotas, client-metrics subscriptions and broker configs, and throttle reassignments',
  ],
];

/** A clock that is further off than this makes times in plans misleading. Milliseconds. */
const CLOCK_TOLERANCE = 5_000;

/** Checks that each broker is reachable at its advertised address, and our rights. Never throws. */
export async function diagnose(cluster: Cluster, identity: BrokerIdentity): Promise<Check[]> {
  const facts = identity.facts as KafkaFacts;
  const [named, reached, rights, clock] = await Promise.all([
    checkBootstrap(cluster),
    checkBrokers(cluster),
    checkRights(cluster),
    checkClock(cluster),
  ]);
  return [...named, ...reached, checkRequests(identity, facts), clock, ...rights];
}

/** Addresses of the configuration that lead nowhere. One that answers is enough, until that one is down. */
async function checkBootstrap(cluster: Cluster): Promise<Check[]> {
  const others = cluster.settings.bootstrap.filter(
    ({ host, port }) => !cluster.brokers.some((broker) => broker.host === host && broker.port === port),
  );
  const checks = await Promise.all(
    others.map(async (endpoint): Promise<Check[]> => {
      const error = await cluster.unreachable(endpoint);
      if (!error) return [];
      const { message: text, hint } = error;
      const name = `bootstrap ${endpoint.host}:${endpoint.port}`;
      return [{ name, ok: false, text, ...(hint !== undefined && { hint }) }];
    }),
  );
  return checks.flat();
}

async function checkBrokers(cluster: Cluster): Promise<Check[]> {
  const responses = await cluster.requestEach(Metadata, () => ({ topics: [], autoCreate: false }));
  return cluster.brokers.map(({ id, host, port, rack }): Check => {
    const response = responses.get(id);
    const name = `broker ${id}`;
    if (!(response instanceof Error)) {
      return { name, ok: true, text: `answers at ${host}:${port}${rack === null ? '' : `, rack ${rack}`}` };
    }
    const hint =
      (response instanceof ConnectionError && response.hint) ||
      'clients must be able to reach every broker at its advertised.listeners';
    return { name, ok: false, text: response.message, hint };
  });
}

function checkRequests({ version }: BrokerIdentity, { missing }: KafkaFacts): Check {
  const name = 'version';
  if (missing.length === 0)
    return { name, ok: true, text: `Kafka ${version}, offers all that brokerform asks for` };
  const hint = 'requests that need them are rejected by name; everything else works';
  return { name, ok: false, text: `Kafka ${version} does not offer ${missing.join(', ')}`, hint };
}

async function checkRights(cluster: Cluster): Promise<Check[]> {
  if (!cluster.offers(DescribeCluster)) return [];
  const response = await readRights(cluster).catch((error: Error) => error);
  if (response instanceof Error || response.error !== 0) {
    const text = response instanceof Error ? response.message : (response.message ?? 'could not be read');
    return [{ name: 'rights on the cluster', ok: false, text }];
  }
  return WORK_BY_RIGHT.map(([operation, work]): Check => {
    const name = `right ${operation}`;
    if (response.may(operation)) return { name, ok: true, text: `may ${work}` };
    return { name, ok: false, text: `may not ${work}`, hint: `needs ${operation} on the cluster` };
  });
}

/**
 * Among all read requests, only the description of the controller quorum contains a current time. Clocks of other
 * brokers cannot be read.
 */
async function checkClock(cluster: Cluster): Promise<Check> {
  const name = 'clock';
  const asked = Date.now();
  const theirs = cluster.offers(DescribeQuorum)
    ? await controllerTime(cluster).catch(() => undefined)
    : undefined;
  if (theirs === undefined) return { name, ok: true, text: 'the cluster does not tell us its time' };
  const { leader, time } = theirs;
  // The answer may have been on its way for as long as we waited for it.
  const off = Math.max(asked - time, time - Date.now(), 0);
  if (off <= CLOCK_TOLERANCE) return { name, ok: true, text: `of controller ${leader} agrees within 5 s` };
  return {
    name,
    ok: false,
    text: `of controller ${leader} differs by ${Math.round(off / 1000)} s from this machine's`,
    hint: 'synchronise both clocks; times of reading in plans are this machine’s',
  };
}

async function controllerTime(cluster: Cluster): Promise<{ leader: number; time: number } | undefined> {
  const request = { topics: [CLUSTER_METADATA] };
  const response = await cluster.read(DescribeQuorum, request);
  const { leader = -1, voters = [] } = response.topics[0]?.partitions[0] ?? {};
  const time = voters.find(({ id }) => id === leader)?.caughtUpAt ?? -1;
  return time > 0 ? { leader, time } : undefined;
}
