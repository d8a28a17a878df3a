import { type DraftSection, type ForeignFormat, isSet, type Mapping } from '../../../import/index.ts';
import type { Source } from '../../../model/index.ts';
import type { AclOperation } from '../fields/acl.ts';
import { grant, INTERNAL, isInternal, takeConfig } from './draft.ts';

/** Keys of a descriptor that are no part of the names of its topics. */
const NO_PART = ['context', 'projects', 'platform', 'special_topics'];

/** Descriptors of JulieOps 3 and 4. https://julieops.readthedocs.io/en/latest/the-descriptor-files.html */
export const julie: ForeignFormat = {
  name: 'julie',
  sign: 'it has context: NAME and projects: [{name, topics, consumers, …}]',
  recognises: ({ context, projects, special_topics: special }) =>
    typeof context === 'string' && (Array.isArray(projects) || Array.isArray(special)),

  translate(documents, draft) {
    for (const document of documents) {
      const parts = document.keys().filter((key) => !NO_PART.includes(key));
      const prefix = ['context', ...parts].map((key) => document.text(key) ?? '').join('.');
      document.leave('platform', 'brokerform does not know what the components of a platform need');
      for (const topic of document.mappings('special_topics')) translateTopic(draft, topic, '');
      const projects = document.mappings('projects');
      if (projects.length > 0) document.remark('context', namedBy(parts));
      for (const project of projects) {
        const name = project.required('name');
        if (name !== undefined) translateProject(draft, project, `${prefix}.${name}.`);
      }
    }
  },
};

/** How the names of topics were put together. */
function namedBy(parts: readonly string[]): string {
  const all = ['context', ...parts, 'project', 'name'].join('.').slice(0, 200);
  return `topics are named ${all}, as by default; with topology.topic.prefix.format or others, rename them`;
}

function translateProject(draft: DraftSection, project: Mapping, prefix: string): void {
  const topics = project.mappings('topics').flatMap((topic) => translateTopic(draft, topic, prefix) ?? []);
  const consumers = project.mappings('consumers');
  const producers = project.mappings('producers');
  for (const topic of topics) {
    for (const consumer of consumers) consume(draft, consumer, topic);
    for (const producer of producers) produce(draft, producer, topic);
  }
  // Said even where the project has no topics.
  for (const client of [...consumers, ...producers]) client.skip('metadata');
  for (const app of project.mappings('streams')) translateStreams(draft, app, prefix);
  for (const connector of connectorsIn(project)) translateConnector(draft, connector);
  project.leave('schemas', 'schemas are not on a broker');
  project.leave('rbac', 'role bindings are kept by Confluent, not by brokers');
  project.leave('ksql', 'ksqlDB is no broker');
}

/** A list, or since JulieOps 3 a mapping that also has the connectors themselves. */
function connectorsIn(project: Mapping): Mapping[] {
  if (Array.isArray(project.value.connectors)) return project.mappings('connectors');
  const both = project.mapping('connectors');
  for (const key of ['artefacts', 'artifacts'])
    both?.leave(key, 'connectors run in Kafka Connect, not on a broker');
  return both?.mappings('access_control') ?? [];
}

/** @returns the name of the topic on the broker */
function translateTopic(draft: DraftSection, topic: Mapping, prefix: string): string | undefined {
  const own = topic.required('name');
  const type = topic.text('dataType') ?? '';
  // Documentation, and how clients find schemas.
  topic.skip('metadata', 'schemas', 'subjectNameStrategy');
  topic.leave('plan', 'plans stand in a file of their own: write what it sets');
  if (own === undefined) return undefined;
  const name = `${prefix}${own}${type === '' ? '' : `.${type}`}`;
  if (isInternal(name)) {
    topic.leave('name', INTERNAL);
    return undefined;
  }
  draft.open(['topics', name], topic.at());
  const config = topic.mapping('config');
  for (const key of config?.keys() ?? []) {
    const to = COUNTS.get(key);
    if (config && to !== undefined) putCount(draft, config, key, ['topics', name, to]);
    else if (config) takeConfig(draft, name, config, key);
  }
  for (const consumer of topic.mappings('consumers')) consume(draft, consumer, name);
  for (const producer of topic.mappings('producers')) produce(draft, producer, name);
  return name;
}

/** What stands among the configs of a topic, and is none. */
const COUNTS = new Map([
  ['num.partitions', 'partitions'],
  ['replication.factor', 'replication-factor'],
]);

/** A number, which is most often written as a text. */
function putCount(draft: DraftSection, config: Mapping, key: string, path: readonly string[]): void {
  const value = config.json(key);
  const count = typeof value === 'string' ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count)) draft.put(path, count, config.at(key));
  else if (value !== undefined)
    config.account.error('wrong-value', config.at(key), `${config.path}.${key}: expected an integer`);
}

function consume(draft: DraftSection, consumer: Mapping, topic: string): void {
  const client = clientOf(consumer);
  const group = consumer.text('group') ?? '*';
  if (!client) return;
  grant(draft, client, 'topic', topic, 'describe', 'read');
  grantNamed(draft, client, 'group', group, 'read');
}

function produce(draft: DraftSection, producer: Mapping, topic: string): void {
  const client = clientOf(producer);
  const transaction = producer.text('transactionId') ?? '';
  const idempotence = producer.json('idempotence');
  if (!client) return;
  grant(draft, client, 'topic', topic, 'describe', 'write');
  if (transaction !== '') grantNamed(draft, client, 'transactional-id', transaction, 'describe', 'write');
  if (transaction !== '' || isSet(idempotence)) grant(draft, client, 'cluster', '', 'idempotent-write');
}

function translateStreams(draft: DraftSection, app: Mapping, prefix: string): void {
  const client = clientOf(app);
  const application = app.text('applicationId') ?? prefix;
  const isExact = app.flag('exactlyOnce') === true;
  grantTopics(draft, app, client);
  if (!client) return;
  const prefixed = { ...client, pattern: 'prefixed' } as const;
  grant(draft, prefixed, 'topic', application, 'all');
  grant(draft, prefixed, 'group', application, 'read');
  if (isExact) grant(draft, prefixed, 'transactional-id', application, 'write', 'describe');
}

/** The topics and the group that a connector has where it names no others. */
const CONNECT = [
  ['status_topic', 'connect-status'],
  ['offset_topic', 'connect-offsets'],
  ['configs_topic', 'connect-configs'],
] as const;

function translateConnector(draft: DraftSection, connector: Mapping): void {
  const client = clientOf(connector);
  const group = connector.text('group') ?? 'connect-cluster';
  const storage = CONNECT.map(([key, usual]) => connector.text(key) ?? usual);
  connector.leave('connectors', 'role bindings are kept by Confluent, not by brokers');
  connector.leave('cluster_id', 'role bindings are kept by Confluent, not by brokers');
  grantTopics(draft, connector, client);
  if (!client) return;
  for (const topic of storage) grant(draft, client, 'topic', topic, 'read', 'write');
  grant(draft, client, 'group', group, 'read');
}

interface Client {
  readonly principal: string;
  readonly at: Source;
}

function clientOf(client: Mapping): Client | undefined {
  client.skip('metadata');
  const principal = client.required('principal');
  return principal === undefined ? undefined : { principal, at: client.at() };
}

/** What a client reads and writes by its own list of topics. */
function grantTopics(draft: DraftSection, from: Mapping, client: Client | undefined): void {
  const topics = from.mapping('topics');
  for (const operation of ['read', 'write'] as const) {
    for (const { text, at } of topics?.texts(operation) ?? [])
      if (client) grant(draft, { ...client, at }, 'topic', text, operation);
  }
}

/** A name that ends in a star is a prefix; the star alone is every name. */
function grantNamed(
  draft: DraftSection,
  client: Client,
  type: 'group' | 'transactional-id',
  name: string,
  ...operations: readonly AclOperation[]
): void {
  if (name.length > 1 && name.endsWith('*'))
    grant(draft, { ...client, pattern: 'prefixed' }, type, name.slice(0, -1), ...operations);
  else grant(draft, client, type, name, ...operations);
}
