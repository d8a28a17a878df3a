import {
  type BrokerIdentity,
  ConnectionError,
  isObject,
  type Json,
  type JsonObject,
} from '../../../model/index.ts';
import { factsOf, type RabbitFacts } from '../facts.ts';
import { sortedTags, text } from '../kinds/parts.ts';
import type { Management } from './management.ts';
import { bodyOf } from './refusals.ts';
import type { RabbitSettings } from './settings.ts';

/**
 * Asks the broker who it is. The first request of a session, so all that can be wrong with a connection shows here.
 * @throws ConnectionError, BrokerError
 */
export async function identify(management: Management, settings: RabbitSettings): Promise<BrokerIdentity> {
  const get = (what: string, query = '', ...path: readonly string[]) =>
    management.request({ method: 'GET', path: [what, ...path], query, repeatable: true });
  const [overview, vhosts, whoami] = await Promise.all([
    get('overview', 'disable_stats=true'),
    get('vhosts'),
    get('whoami'),
  ]);
  const { broker, management: endpoint } = settings;
  if (overview.status === 404) throw noManagementApi(settings);
  const body = bodyOf(overview, settings, { op: 'read overview' });
  const version = isObject(body) ? text(body.rabbitmq_version) : '';
  if (!isObject(body) || version === '') throw noManagementApi(settings);
  const listed = objectsIn(bodyOf(vhosts, settings, { op: 'read vhosts' }));
  const facts: RabbitFacts = {
    user: endpoint.username,
    vhosts: listed.map((item) => text(item.name)),
    ...exchangeTypes(body.exchange_types),
    defaultQueueTypes: defaultQueueTypes(listed),
  };
  // Asked only of who may read it: the broker logs a warning for anybody else.
  const tags = isObject(whoami.body) ? sortedTags(whoami.body.tags) : [];
  const mayRead = whoami.status === 200 && tags.some((tag) => READS_PARAMETERS.includes(tag));
  const answer = mayRead ? await get('global-parameters', '', 'internal_cluster_id') : undefined;
  const clusterId = answer?.status === 200 && isObject(answer.body) ? text(answer.body.value) : '';
  const id = text(body.cluster_name);
  return { name: broker, type: 'rabbitmq', id, ...(clusterId !== '' && { clusterId }), version, facts };
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
