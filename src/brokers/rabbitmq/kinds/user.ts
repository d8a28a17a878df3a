import { createHash } from 'node:crypto';
import {
  type Body,
  disruptive,
  HIDDEN,
  isSecretRef,
  type Json,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  type Resolve,
  type Resource,
  type SecretRef,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { userFields } from '../fields/administration.ts';
import { byName, ref } from '../fields/field.ts';
import { pick, placesOf } from './arguments.ts';
import type { Collector, RabbitKind } from './kind.ts';
import {
  ADMINISTRATOR,
  checkName,
  httpDelete,
  httpPut,
  isOwnUser,
  lockedOut,
  nameOf,
  sortedTags,
  text,
} from './parts.ts';
import { escapeTexts, referenceText } from './secrets.ts';

const SECRETS = ['password', 'password-hash'];

/**
 * A user of the internal database. `<broker>/user/<name>`; spec: `tags`, sorted, and `password` or `password-hash`, a
 * reference. Tags that are not declared, and the password, are left alone. Live, a secret is the declared reference
 * where it resolves to what the broker has, else HIDDEN; read from a file, where nothing can be said, it is absent.
 * https://www.rabbitmq.com/docs/access-control
 */
export const user: RabbitKind = {
  // Its body holds its rights and limits, and is put together in `schema.ts`.
  definitions: {},
  beside: { keys: { users: byName('Users by name.', ref('user')) } },
  listing: {
    path: 'users',
    per: 'broker',
    right: ADMINISTRATOR,
    read: (items, { broker, desired, resolve }) =>
      items.map((item) => {
        const declared = desired.get(makeAddress(broker, 'user', text(item.name)));
        return toUser(broker, item, declared?.spec, resolve);
      }),
  },
  // Without any secret: nothing can be compared with the hash in the file.
  exported: (file, { broker }) =>
    file.list('users').map((item) => userResource(broker, text(item.name), { tags: sortedTags(item.tags) })),
  userOf: nameOf,

  title: (resource) => ({ title: `user ${nameOf(resource)}`, detail: '' }),

  complete(resource, context) {
    const { tags } = resource.spec;
    const live = context.live.get(resource.address);
    // A file contains a hash, if any, that cannot be compared: the password is then not compared.
    const secrets = SECRETS.filter(
      (field) => resource.spec[field] !== undefined && (!live || field in live.spec),
    ).map((field) => [field, resource.spec[field] ?? null] as const);
    return { ...Object.fromEntries(secrets), ...(tags !== undefined && { tags: sortedTags(tags) }) };
  },

  risks(change, context) {
    if (change.action === 'create') return [];
    if (change.action === 'delete') {
      return isOwnUser(nameOf(change.before), context.broker)
        ? [lockedOut]
        : [disruptive('user-deleted', 'clients that log in as this user are refused')];
    }
    const kept = tagsOf(change.after, change.before);
    const removed = tagsOf(change.before).filter((tag) => !kept.includes(tag));
    return [
      ...(changesPassword(change.fields)
        ? [disruptive('password-changed', 'clients that log in with the old password are refused')]
        : []),
      ...(removed.length > 0 ? [disruptive('tags-removed', `the user loses ${removed.join(', ')}`)] : []),
    ];
  },

  calls(change): RabbitCall[] {
    if (change.action === 'delete') return [httpDelete(change.before, ['users', nameOf(change.before)])];
    const { after } = change;
    const name = nameOf(after);
    const secret = secretOf(after);
    const tags = tagsOf(after, change.action === 'create' ? undefined : change.before);
    if (change.action === 'update' && !secret) {
      return [{ op: 'user.set-tags', target: after.address, body: { name, tags } }];
    }
    // An empty hash is a user who cannot log in with a password. https://www.rabbitmq.com/docs/http-api-reference
    const payload: JsonObject = { tags: tags.join(','), ...(secret ?? { password_hash: '' }) };
    return [httpPut(after, ['users', name], payload)];
  },

  fieldText: ([field = '']) => (SECRETS.includes(field) ? '(secret)' : undefined),

  canCompareSecret: ([field = ''], live) => field in live.spec,

  mayHoldSecret: ([field = '', ...rest]) => SECRETS.includes(field) && rest.length === 0,

  indispensable: (resource, broker) => isOwnUser(nameOf(resource), broker),
};

export function userResource(broker: string, user: string, spec: JsonObject): Resource {
  return { address: makeAddress(broker, 'user', user), spec, dependsOn: [] };
}

/** `users: { app: {…} }` of a section: declares each, and gives its body, in which its limits and rights stand. */
export function* declareUsers(
  collector: Collector,
  sectionBody: Body,
): Generator<[name: string, body: Body]> {
  const { section } = sectionBody;
  for (const [name, written] of membersOf(sectionBody, 'users')) {
    if (!checkName(collector, 'a user', name, written.at)) continue;
    const body = overridden(written, makeAddress(section.broker, 'user', name));
    const secrets: Record<string, Json> = {};
    for (const field of SECRETS) {
      const secret = declaredSecret(collector, body, field);
      if (secret) secrets[field] = secret;
    }
    if (secrets.password && secrets['password-hash']) {
      const at = section.at(body.value, 'password-hash');
      collector.error('given-twice', at, 'a user has a password or its hash', {
        hint: 'remove one of the two',
        related: [section.at(body.value, 'password')],
      });
    }
    const { tags } = pick(body.value, userFields);
    const spec = { ...(tags !== undefined && { tags }), ...secrets };
    collector.add(userResource(section.broker, name, spec), body.at, placesOf(body, userFields));
    yield [name, body];
  }
}

/** A password stays the `${…}` that was written. */
function declaredSecret(
  collector: Collector,
  { section, value }: Body,
  field: string,
): SecretRef | undefined {
  if (value[field] === undefined) return undefined;
  const template = referenceText(section.template(value, field));
  if (template !== undefined) return { $secret: template };
  collector.error('literal-secret', section.at(value, field), `a ${field} must not stand in the file`, {
    hint: `put it into an environment variable and write ${field}: \${NAME}`,
  });
  return undefined;
}

/** A user's own fields as YAML; the password only where a declaration says which variable it is in. */
export function writeUser({ spec }: Resource): JsonObject {
  const { password } = spec;
  const isNamed = isSecretRef(password) && password.$secret !== HIDDEN.$secret;
  return { ...(isNamed && { password: password.$secret }), ...escapeTexts({ tags: spec.tags ?? [] }) };
}

/**
 * A live user. The broker shows a salted hash, never a password: a declared password is hashed with the same salt.
 * @throws MissingVariable
 */
export function toUser(
  broker: string,
  item: JsonObject,
  desired: JsonObject | undefined,
  resolve: Resolve,
): Resource {
  const hash = text(item.password_hash);
  const { password, 'password-hash': declaredHash } = desired ?? {};
  const secrets: Record<string, JsonObject> = {};
  if (isSecretRef(password)) {
    const same = isPasswordOf(hash, text(item.hashing_algorithm), resolve(password.$secret));
    secrets.password = same ? password : HIDDEN;
  }
  if (isSecretRef(declaredHash)) {
    secrets['password-hash'] = resolve(declaredHash.$secret) === hash ? declaredHash : HIDDEN;
  }
  if (!isSecretRef(password) && !isSecretRef(declaredHash) && hash !== '') secrets['password-hash'] = HIDDEN;
  return userResource(broker, text(item.name), { tags: sortedTags(item.tags), ...secrets });
}

const DIGESTS: Readonly<Record<string, string>> = {
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_md5: 'md5',
};
const SALT_BYTES = 4;

/** `base64(salt ‖ hash(salt ‖ password))`, https://www.rabbitmq.com/docs/passwords#this-is-the-algorithm */
export function isPasswordOf(hash: string, algorithm: string, password: string): boolean {
  const digest = DIGESTS[algorithm];
  if (!digest) return false;
  const salt = Buffer.from(hash, 'base64').subarray(0, SALT_BYTES);
  const salted = createHash(digest).update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, salted]).toString('base64') === hash;
}

/** The user's tags; those of the live user where none are declared. */
function tagsOf(resource: Resource, live?: Resource): string[] {
  return sortedTags(resource.spec.tags ?? live?.spec.tags);
}

function secretOf({ spec }: Resource): JsonObject | undefined {
  if (spec.password !== undefined) return { password: spec.password };
  if (spec['password-hash'] !== undefined) return { password_hash: spec['password-hash'] };
  return undefined;
}

function changesPassword(fields: readonly { readonly path: readonly string[] }[]): boolean {
  return fields.some(({ path: [field = ''] }) => SECRETS.includes(field));
}
