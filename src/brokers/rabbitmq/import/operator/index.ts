import {
  type DraftSection,
  type ForeignFormat,
  isOfGroup,
  leaveManifest,
  type Manifest,
  readManifest,
  skipManifest,
} from '../../../../import/index.ts';
import { isObject, type JsonObject } from '../../../../model/index.ts';
import {
  translateBinding,
  translateExchange,
  translateFederation,
  translatePolicy,
  translateQueue,
  translateShovel,
  translateSuperStream,
  translateVhost,
} from './resources.ts';
import { translatePermission, translateTopicPermission, translateUser, userNames } from './users.ts';

const GROUP = 'rabbitmq.com';

/** What a kind of resource adds to the draft, and what is needed of the others. */
type Translate = (draft: DraftSection, manifest: Manifest, users: ReadonlyMap<string, string>) => void;

const KINDS: Readonly<Record<string, Translate>> = {
  Binding: translateBinding,
  Exchange: translateExchange,
  Federation: translateFederation,
  OperatorPolicy: (draft, manifest) => translatePolicy(draft, manifest, 'operator-policies', 'queues'),
  Permission: translatePermission,
  Policy: (draft, manifest) => translatePolicy(draft, manifest, 'policies', 'all'),
  Queue: translateQueue,
  Shovel: translateShovel,
  SuperStream: translateSuperStream,
  TopicPermission: translateTopicPermission,
  User: translateUser,
  Vhost: translateVhost,
};

const LEFT: Readonly<Record<string, string>> = {
  RabbitmqCluster: 'how a cluster runs is no topology',
  SchemaReplication: 'replication of schemas is a feature of a commercial RabbitMQ',
};

/**
 * Resources of the RabbitMQ messaging topology operator.
 * https://www.rabbitmq.com/kubernetes/operator/using-topology-operator
 */
export const rabbitmqOperator: ForeignFormat = {
  name: 'rabbitmq-operator',
  sign: `it has apiVersion: ${GROUP}/…, and kind: Queue, Exchange, Binding …`,
  recognises: (document) => isOfGroup(document, GROUP) || isUserSecret(document),

  translate(documents, draft) {
    const manifests = documents.map(readManifest);
    const users = userNames(manifests);
    for (const manifest of manifests) {
      const { kind, spec } = manifest;
      if (kind === 'Secret') continue;
      const translate = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
      if (!translate) {
        const known = Object.hasOwn(LEFT, kind) ? LEFT[kind] : undefined;
        leaveManifest(manifest, known ?? 'brokerform has nothing like it');
      } else if (!spec) manifest.root.required('spec');
      else if (isMeant(draft, manifest)) translate(draft, manifest, users);
      else skipManifest(manifest);
    }
  },
};

/** A Secret that may name a user: only its user name is ever looked at. */
function isUserSecret({ apiVersion, kind, data, stringData }: JsonObject): boolean {
  const fields = { ...(isObject(data) && data), ...(isObject(stringData) && stringData) };
  return apiVersion === 'v1' && kind === 'Secret' && 'username' in fields;
}

function isMeant(draft: DraftSection, { spec, namespace }: Manifest): boolean {
  const reference = spec?.mapping('rabbitmqClusterReference');
  const secret = reference?.mapping('connectionSecret')?.text('name');
  const home = reference?.text('namespace') ?? namespace;
  const name = reference?.text('name') ?? (secret === undefined ? undefined : `the one of Secret ${secret}`);
  if (!reference || name === undefined) return true;
  return draft.belongsTo(name, reference.at(), home);
}
