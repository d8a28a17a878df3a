import {
  type BrokerIdentity,
  ConnectionError,
  isObject,
  type Json,
  type JsonObject,
} from '../../../model/index.ts';
import { factsOf, type RabbitFacts } from '../facts.ts';
import { sortedTags, text } from '../kinds/parts.ts';
import type { Answer, Management } from './management.ts';
import { bodyOf } from './refusals.ts';
import type { RabbitSettings } from './settings.ts';

/**
 * Asks the broker who it is. The first request of a session, so all that can be wrong with a connection shows here.
 * @throws ConnectionError, BrokerError
 */
export async function identify(
  management: Management,
  settings: RabbitSettings,
  vhosts: Promise<readonly JsonObject[]>,
): Promise<BrokerIdentity> {
  const get = (path: readonly string[], query = '') =>
    management.request({ method: 'GET', path, query, repeatable: true });
  const others = Promise.all([vhosts, clusterIdFor(get)]);
  // What is wrong with the management API itself comes first.
  others.catch(() => {});
  const overview = await get(['overview'], 'disable_stats=true');
  const { broker, management: endpoint } = settings;
  if (overview.status === 404) throw noManagementApi(settings);
  const body = bodyOf(overview, settings, { op: 'read overview' });
  const version = isObject(body) ? text(body.rabbitmq_version) : '';
  if (!isObject(body) || version === '') throw noManagementApi(settings);
  const [listed, clusterId] = await others;
  const facts: RabbitFacts = {
    user: endpoint.username,
    vhosts: listed.map((item) => text(item.name)),
    ...exchangeTypes(body.exchange_types),
    defaultQueueTypes: defaultQueueTypes(listed),
  };
  const id = text(body.cluster_name);
  return { name: broker, type: 'rabbitmq', id, ...(clusterId !== '' && { clusterId }), version, facts };
}

/** The cluster's internal id; empty for who may not read it: the broker would log a warning. */
async function clusterIdFor(get: (path: readonly string[]) => Promise<Answer>): Promise<string> {
  const whoami = await get(['whoami']);
  const tags = isObject(whoami.body) ? sortedTags(whoami.body.tags) : [];
  if (whoami.status !== 200 || !tags.some((tag) => READS_PARAMETERS.includes(tag))) return '';
  const { status, body } = await get(['global-parameters', 'internal_cluster_id']);
  return status === 200 && isObject(body) ? text(body.value) : '';
}

/** Tags of users who may read global parameters (seen on 3.10.8 and 4.3.6). */
const READS_PARAMETERS = ['policymaker', 'administrator'];

function noManagementApi({ broker, management, prefix }: RabbitSettings): ConnectionError {
  const message = `no management API at ${management.host}:${management.port}${prefix}/api`;
  const hint =
    'check that the management plug-in is on (rabbitmq-plugins enable rabbitmq_management) and "management" names its port';
  return new ConnectionError(broker, message, { hint });
}

/** What is known of the broker without the vhosts that a session did not read: a plan says nothing of others. */
export function limitedTo(broker: BrokerIdentity, read: ReadonlySet<string>): BrokerIdentity {
  const { vhosts = [], defaultQueueTypes: types = {} } = factsOf(broker);
  const facts: RabbitFacts = {
    ...broker.facts,
    vhosts: vhosts.filter((vhost) => read.has(vhost)),
    defaultQueueTypes: Object.fromEntries(Object.entries(types).filter(([vhost]) => read.has(vhost))),
  };
  return { ...broker, facts };
}

/** Brokers before 3.11 have no such default, and list `"undefined"`. */
function defaultQueueTypes(vhosts: readonly JsonObject[]): Record<string, string> {
  const types = vhosts
    .map((item): [string, string] => [text(item.name), text(item.default_queue_type)])
    .filter(([, type]) => type !== '' && type !== 'undefined');
  return Object.fromEntries(types);
}

/** An answer without them says nothing about types. */
function exchangeTypes(listed: Json | undefined): Pick<RabbitFacts, 'exchangeTypes'> {
  const types = objectsIn(listed).filter(({ enabled }) => enabled !== false);
  return types.length > 0 ? { exchangeTypes: types.map((item) => text(item.name)) } : {};
}

function objectsIn(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
