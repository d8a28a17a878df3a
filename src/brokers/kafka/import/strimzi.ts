import {
  type DraftSection,
  type ForeignFormat,
  isOfGroup,
  leaveManifest,
  type Manifest,
  type Mapping,
  noteOf,
  readManifest,
  skipManifest,
} from '../../../import/index.ts';
import { grant, INTERNAL, isInternal, takeConfigs, WORDS } from './draft.ts';

const GROUP = 'kafka.strimzi.io';

/** Topics and users of Strimzi. https://strimzi.io/docs/operators/latest/configuring.html */
export const strimzi: ForeignFormat = {
  name: 'strimzi',
  sign: `it has apiVersion: ${GROUP}/…, and kind: KafkaTopic or KafkaUser`,
  recognises: (document) => isOfGroup(document, GROUP),

  translate(documents, draft) {
    for (const document of documents) {
      const manifest = readManifest(document);
      const { kind, metadata, namespace } = manifest;
      if (kind !== 'KafkaTopic' && kind !== 'KafkaUser') {
        leaveManifest(manifest, 'it runs a cluster or uses one, and is not on it');
        continue;
      }
      const cluster = noteOf(manifest, 'labels', 'strimzi.io/cluster');
      const at = metadata?.at('labels') ?? document.at();
      if (cluster !== undefined && !draft.belongsTo(cluster, at, namespace)) skipManifest(manifest);
      else if (kind === 'KafkaTopic') translateTopic(draft, manifest);
      else translateUser(draft, manifest);
    }
  },
};

function translateTopic(draft: DraftSection, manifest: Manifest): void {
  const { spec, root } = manifest;
  if (noteOf(manifest, 'annotations', 'strimzi.io/managed') === 'false') {
    leaveManifest(manifest, 'the topic is not managed: its annotation strimzi.io/managed is "false"');
    return;
  }
  const topic = spec?.text('topicName') ?? nameOf(manifest);
  if (topic === undefined) return;
  if (isInternal(topic)) {
    leaveManifest(manifest, `${topic}: ${INTERNAL}`);
    return;
  }
  draft.open(['topics', topic], root.at());
  if (!spec) return;
  draft.carry(['topics', topic], spec, {
    partitions: ['partitions', 'whole'],
    replicas: ['replication-factor', 'whole'],
  });
  takeConfigs(draft, topic, spec, 'config');
}

/** The name of the object, which is that of the topic or user unless its spec says otherwise. */
function nameOf({ name, metadata, root }: Manifest): string | undefined {
  if (name === undefined) (metadata ?? root).required(metadata ? 'name' : 'metadata');
  return name;
}

function translateUser(draft: DraftSection, manifest: Manifest): void {
  const { spec } = manifest;
  const name = spec?.text('userName') ?? nameOf(manifest);
  if (!spec || name === undefined) return;
  const authentication = spec.mapping('authentication');
  const type = authentication?.word('type', ['scram-sha-512', 'tls', 'tls-external']);
  // A client with a certificate is known by its subject.
  const user = type === 'tls' || type === 'tls-external' ? `CN=${name}` : name;
  if (authentication && type === 'scram-sha-512') {
    const variable = draft.secret(['users', name, type, 'password'], ['kafka', name, 'password'], spec.at());
    spec.remark('authentication', `set ${variable} in the environment to the password in its Secret`);
    authentication.skip('password');
  }
  translateQuotas(draft, user, spec);
  const authorization = spec.mapping('authorization');
  authorization?.word('type', ['simple']);
  for (const rule of authorization?.mappings('acls') ?? []) translateRule(draft, `User:${user}`, rule);
  // The shape of the Secret that Strimzi writes.
  spec.skip('template');
}

function translateQuotas(draft: DraftSection, user: string, spec: Mapping): void {
  const quotas = spec.mapping('quotas');
  if (!quotas) return;
  const quota: Record<string, number | string> = { user };
  for (const [key, to, as] of QUOTAS) {
    const value = quotas[as](key);
    if (value !== undefined) quota[to] = value;
  }
  if (Object.keys(quota).length > 1) draft.append(['quotas'], quota, quotas.at());
}

const QUOTAS = [
  ['producerByteRate', 'producer_byte_rate', 'whole'],
  ['consumerByteRate', 'consumer_byte_rate', 'whole'],
  ['requestPercentage', 'request_percentage', 'whole'],
  ['controllerMutationRate', 'controller_mutation_rate', 'number'],
] as const;

function translateRule(draft: DraftSection, principal: string, rule: Mapping): void {
  const resource = rule.mapping('resource');
  const type = resource?.word('type', ['topic', 'group', 'cluster', 'transactional-id']);
  const name = resource?.text('name') ?? '';
  const pattern = resource?.word('patternType', ['literal', 'prefix']);
  const permission = rule.word('type', WORDS.permissions);
  const host = rule.text('host');
  // One operation is the older form.
  const operation = rule.word('operation', WORDS.operations);
  const listed = rule.words('operations', WORDS.operations);
  if (!resource) rule.required('resource');
  if (!type) return;
  if (type !== 'cluster' && name === '') resource?.required('name');
  const grantee = {
    ...{ principal, permission, host, at: rule.at() },
    pattern: pattern === 'prefix' ? 'prefixed' : pattern,
  } as const;
  grant(draft, grantee, type, name, ...(operation ? [operation] : []), ...listed);
}
