import type { DraftSection, Manifest, Mapping } from '../../../../import/index.ts';
import { isObject } from '../../../../model/index.ts';

const GENERATED = 'the operator made up its name; kubectl get -o yaml tells it as status.username';

/** The broker's names of User resources: told by their status, or by a Secret that is among the files. */
export function userNames(manifests: readonly Manifest[]): Map<string, string> {
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

export function translateUser(
  draft: DraftSection,
  manifest: Manifest,
  users: ReadonlyMap<string, string>,
): void {
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

export function translatePermission(
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

export function translateTopicPermission(
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
