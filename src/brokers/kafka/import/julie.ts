import {
  type DraftSection,
  type ForeignFormat,
  isSet,
  type Mapping,
  type PlacedText,
} from '../../../import/index.ts';
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
  consumer.skip('metadata');
  const principal = consumer.required('principal');
  const group = consumer.text('group') ?? '*';
  if (principal === undefined) return;
  const at = consumer.at();
  allow(draft, { principal, at }, 'topic', topic, ['describe', 'read']);
  allowNamed(draft, { principal, at }, 'group', group, ['read']);
}

function produce(draft: DraftSection, producer: Mapping, topic: string): void {
  producer.skip('metadata');
  const principal = producer.required('principal');
  const transaction = producer.text('transactionId') ?? '';
  const idempotence = producer.json('idempotence');
  if (principal === undefined) return;
  const at = producer.at();
  allow(draft, { principal, at }, 'topic', topic, ['describe', 'write']);
  if (transaction !== '')
    allowNamed(draft, { principal, at }, 'transactional-id', transaction, ['describe', 'write']);
  if (transaction !== '' || isSet(idempotence))
    allow(draft, { principal, at }, 'cluster', '', ['idempotent-write']);
}

function translateStreams(draft: DraftSection, app: Mapping, prefix: string): void {
  app.skip('metadata');
  const principal = app.required('principal');
  const application = app.text('applicationId') ?? prefix;
  const { read, write } = topicsOf(app);
  const isExact = app.flag('exactlyOnce') === true;
  if (principal === undefined) return;
  const at = app.at();
  for (const { text, at: place } of read) allow(draft, { principal, at: place }, 'topic', text, ['read']);
  for (const { text, at: place } of write) allow(draft, { principal, at: place }, 'topic', text, ['write']);
  allow(draft, { principal, at }, 'topic', application, ['all'], 'prefixed');
  allow(draft, { principal, at }, 'group', application, ['read'], 'prefixed');
  if (isExact)
    allow(draft, { principal, at }, 'transactional-id', application, ['write', 'describe'], 'prefixed');
}

/** The topics and the group that a connector has where it names no others. */
const CONNECT = [
  ['status_topic', 'connect-status'],
  ['offset_topic', 'connect-offsets'],
  ['configs_topic', 'connect-configs'],
] as const;

function translateConnector(draft: DraftSection, connector: Mapping): void {
  connector.skip('metadata');
  const principal = connector.required('principal');
  const group = connector.text('group') ?? 'connect-cluster';
  const storage = CONNECT.map(([key, usual]) => connector.text(key) ?? usual);
  const { read, write } = topicsOf(connector);
  connector.leave('connectors', 'role bindings are kept by Confluent, not by brokers');
  connector.leave('cluster_id', 'role bindings are kept by Confluent, not by brokers');
  if (principal === undefined) return;
  const at = connector.at();
  for (const topic of storage) allow(draft, { principal, at }, 'topic', topic, ['read', 'write']);
  allow(draft, { principal, at }, 'group', group, ['read']);
  for (const { text, at: place } of read) allow(draft, { principal, at: place }, 'topic', text, ['read']);
  for (const { text, at: place } of write) allow(draft, { principal, at: place }, 'topic', text, ['write']);
}

function topicsOf(client: Mapping): Record<'read' | 'write', readonly PlacedText[]> {
  const topics = client.mapping('topics');
  return { read: topics?.texts('read') ?? [], write: topics?.texts('write') ?? [] };
}

interface Client {
  readonly principal: string;
  readonly at: Source;
}

type ResourceType = Parameters<typeof grant>[1]['type'];

/** A name that ends in a star is a prefix; the star alone is every name. */
function allowNamed(
  draft: DraftSection,
  client: Client,
  type: ResourceType,
  name: string,
  operations: readonly AclOperation[],
): void {
  const isPrefix = name.length > 1 && name.endsWith('*');
  allow(
    draft,
    client,
    type,
    isPrefix ? name.slice(0, -1) : name,
    operations,
    isPrefix ? 'prefixed' : undefined,
  );
}

function allow(
  draft: DraftSection,
  { principal, at }: Client,
  type: ResourceType,
  name: string,
  operations: readonly AclOperation[],
  pattern?: 'prefixed',
): void {
  for (const operation of operations) grant(draft, { principal, type, name, operation, pattern, at });
}
