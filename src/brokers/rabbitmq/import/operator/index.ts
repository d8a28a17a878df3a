import {
  type DraftSection,
  type ForeignFormat,
  isOfGroup,
  leaveManifest,
  type Manifest,
  type Mapping,
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

const GENERATED = 'the operator made up its name; kubectl get -o yaml tells it as status.username';

/** The broker's names of User resources: told by their status, or by a Secret that is among the files. */
function userNames(manifests: readonly Manifest[]): Map<string, string> {
  const secrets = new Map(
    manifests.flatMap((manifest) => (manifest.kind === 'Secret' ? secretOf(manifest) : [])),
  );
  const names = new Map<string, string>();
  for (const manifest of manifests) {
    if (manifest.kind !== 'User') continue;
    const status = manifest.root.value.status;
    const told = isObject(status) && typeof status.username === 'string' ? status.username : undefined;
    const secret = manifest.spec?.value.importCredentialsSecret;
    const reference = isObject(secret) && typeof secret.name === 'string' ? secret.name : '';
    const name = told ?? secrets.get(keyOf(manifest, reference));
    if (name !== undefined && manifest.name !== undefined) names.set(keyOf(manifest, manifest.name), name);
  }
  return names;
}

/** The user name in a Secret. Its password is not even looked at. */
function secretOf(manifest: Manifest): [key: string, user: string][] {
  const { root, name } = manifest;
  root.skip('data', 'stringData', 'type', 'immutable');
  const { data, stringData } = root.value;
  const plain = isObject(stringData) ? stringData.username : undefined;
  const encoded = isObject(data) ? data.username : undefined;
  const user =
    typeof plain === 'string'
      ? plain
      : typeof encoded === 'string'
        ? Buffer.from(encoded, 'base64').toString('utf8')
        : undefined;
  return name !== undefined && user !== undefined ? [[keyOf(manifest, name), user]] : [];
}

function keyOf({ namespace }: Manifest, name: string): string {
  return JSON.stringify([namespace ?? '', name]);
}

function translateUser(draft: DraftSection, manifest: Manifest, users: ReadonlyMap<string, string>): void {
  const { root, spec, name } = manifest;
  if (!spec) return;
  const user = users.get(keyOf(manifest, name ?? ''));
  if (user === undefined) {
    const isImported = spec.has('importCredentialsSecret');
    root.leave('spec', isImported ? 'its name stands in a Secret that is not among the files' : GENERATED);
    return;
  }
  const path = ['users', user];
  draft.open(path, root.at());
  const tags = spec.texts('tags').map(({ text }) => text);
  draft.put([...path, 'tags'], tags, spec.has('tags') ? spec.at('tags') : spec.at());
  const variable = draft.secret([...path, 'password'], ['rabbitmq', user, 'password'], spec.at());
  if (spec.has('importCredentialsSecret')) {
    spec.leave('importCredentialsSecret', `a password is never copied: set ${variable} in the environment`);
  } else {
    spec.remark(
      'importCredentialsSecret',
      `set ${variable} in the environment to the password that was made up`,
    );
  }
  const limits = spec.mapping('limits');
  if (!limits) return;
  draft.carry([...path, 'limits'], limits, {
    connections: ['max-connections', 'whole'],
    channels: ['max-channels', 'whole'],
  });
}

function translatePermission(
  draft: DraftSection,
  manifest: Manifest,
  users: ReadonlyMap<string, string>,
): void {
  const granted = grantOf(manifest, users);
  if (!granted) return;
  const { vhost, user, permissions } = granted;
  const path = ['vhosts', vhost, 'permissions', user];
  draft.open(path, permissions.at());
  draft.carry(path, permissions, {
    configure: ['configure', 'text'],
    write: ['write', 'text'],
    read: ['read', 'text'],
  });
}

function translateTopicPermission(
  draft: DraftSection,
  manifest: Manifest,
  users: ReadonlyMap<string, string>,
): void {
  const granted = grantOf(manifest, users);
  const exchange = granted?.permissions.required('exchange');
  if (!granted || exchange === undefined) return;
  const { vhost, user, permissions } = granted;
  const path = ['vhosts', vhost, 'topic-permissions', user, exchange];
  draft.open(path, permissions.at());
  draft.carry(path, permissions, { write: ['write', 'text'], read: ['read', 'text'] });
}

interface Granted {
  readonly vhost: string;
  readonly user: string;
  readonly permissions: Mapping;
}

function grantOf(manifest: Manifest, users: ReadonlyMap<string, string>): Granted | undefined {
  const { spec } = manifest;
  if (!spec) return undefined;
  const vhost = spec.required('vhost');
  const permissions = spec.mapping('permissions');
  if (!permissions) spec.required('permissions');
  const reference = spec.mapping('userReference');
  const referred = reference?.required('name');
  const user =
    spec.text('user') ?? (referred === undefined ? undefined : users.get(keyOf(manifest, referred)));
  if (user === undefined && reference)
    spec.leave('userReference', `nothing here tells the name of user ${referred ?? ''}`);
  else if (user === undefined) spec.required('user');
  return vhost !== undefined && user !== undefined && permissions ? { vhost, user, permissions } : undefined;
}

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
