import {
  type Address,
  type Body,
  type Context,
  countOf,
  disruptive,
  HIDDEN,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  type Resource,
  type SecretRef,
  type Source,
  subject,
} from '../../../model/index.ts';
import { iterations, type ScramMechanism, scramMechanisms, userSchema } from '../fields/user.ts';
import { type Collector, type KafkaKind, nameOf } from './kind.ts';

/**
 * `<broker>/user/<name>`: a SCRAM user; a mechanism is `null` where the user is not to have it.
 * Kafka reveals mechanism and iterations only, never salt or key. Live: the declared password reference, so that a
 * changed password is no difference and is set only on request; HIDDEN if none is declared.
 */
export type UserSpec = { readonly [mechanism in ScramMechanism]?: ScramCredential | null };

type ScramCredential = {
  readonly iterations: number;
  readonly password: SecretRef;
};

export const USER = 'User:';

/** Sets, or sets anew, one credential of a user. The salt is made by the session. */
export type UserUpsert = { name: string; mechanism: ScramMechanism; iterations: number; password: SecretRef };

export type UserCall =
  | { op: 'user.upsert'; target: string; body: UserUpsert }
  | { op: 'user.remove'; target: string; body: UserRemove };

export type UserRemove = { name: string; mechanism: ScramMechanism };

export function userAddress(broker: string, user: string): Address {
  return makeAddress(broker, 'user', user);
}

/** A SCRAM user. https://kafka.apache.org/documentation/#security_sasl_scram */
export const user: KafkaKind = {
  schema: userSchema,
  declare: declareUsers,
  toSection: usersSection,
  notes: usersNotes,

  title: (resource) => ({ title: `user ${nameOf(resource)}`, detail: mechanismsOf(resource).join(', ') }),

  complete(resource, context): JsonObject {
    return Object.fromEntries(
      Object.entries(resource.spec).map(([mechanism, credential]) => [
        mechanism,
        isObject(credential)
          ? { ...credential, iterations: iterationsOf(resource, mechanism, context) }
          : credential,
      ]),
    );
  },

  risks(change) {
    if (change.action === 'create') return [];
    if (change.action === 'delete') {
      return [disruptive('user-deleted', 'clients that log in as this user are refused')];
    }
    return change.fields.some(({ before }) => before !== undefined)
      ? [disruptive('password-changed', 'clients that log in with another password are refused')]
      : [];
  },

  calls(change): UserCall[] {
    const resource = subject(change);
    const name = nameOf(resource);
    const target = resource.address;
    const remove = (mechanism: ScramMechanism): UserCall => ({
      op: 'user.remove',
      target,
      body: { name, mechanism },
    });
    if (change.action === 'delete') return mechanismsOf(change.before).map(remove);
    const changed = (mechanism: string) =>
      change.action === 'create' || change.fields.some(({ path }) => path[0] === mechanism);
    return scramMechanisms.filter(changed).flatMap((mechanism): UserCall[] => {
      const credential = change.after.spec[mechanism];
      if (credential === null) return change.action === 'create' ? [] : [remove(mechanism)];
      if (credential === undefined) return [];
      const body = { name, mechanism, ...(credential as ScramCredential) };
      return [{ op: 'user.upsert', target, body }];
    });
  },

  fieldName: (path) => path.join(' '),
  /** No request reads a SCRAM password, salt or key: DescribeUserScramCredentials returns mechanism and iterations. */
  canCompareSecret: () => false,
  mayHoldSecret: ([, key]) => key === 'password',
  fieldText: ([, key]) => (key === 'password' ? '(secret)' : undefined),
};

function mechanismsOf({ spec }: Resource): ScramMechanism[] {
  return scramMechanisms.filter((mechanism) => isObject(spec[mechanism]));
}

/** Unsaid iterations are those that the user has. */
function iterationsOf(resource: Resource, mechanism: string, context: Context): Json {
  const live = context.live.get(resource.address)?.spec[mechanism];
  const own = resource.spec[mechanism];
  const given = (value: Json | undefined) => (isObject(value) ? value.iterations : undefined);
  return given(own) ?? given(live) ?? iterations.default;
}

/** `users: { app: { scram-sha-512: { password: "${APP_PASSWORD}" } } }`. */
function declareUsers(collector: Collector, sectionBody: Body): void {
  const { section } = sectionBody;
  for (const [name, written] of membersOf(sectionBody, 'users')) {
    if (name === '') {
      collector.error('bad-name', written.at, 'a user needs a name');
      continue;
    }
    const address = userAddress(section.broker, name);
    const body = overridden(written, address);
    const values: Record<string, Json> = {};
    const places: Record<string, Source> = {};
    for (const mechanism of scramMechanisms) {
      const given = body.value[mechanism];
      if (given === undefined) continue;
      places[mechanism] = section.at(body.value, mechanism);
      const credential = isObject(given) ? readCredential(collector, { ...body, value: given }) : null;
      if (credential !== undefined) values[mechanism] = credential;
      if (isObject(given)) {
        for (const key of Object.keys(given)) places[`${mechanism}.${key}`] = section.at(given, key);
      }
    }
    collector.add({ address, spec: values, dependsOn: [] }, body.at, places);
  }
}

/** A password stays the `${…}` that was written. */
function readCredential(collector: Collector, { section, value }: Body): Json | undefined {
  const template = section.template(value, 'password');
  // `$${` is a literal, not a reference.
  if (template?.replaceAll('$${', '').includes('${')) {
    const { iterations: given } = value;
    return { password: { $secret: template }, ...(given !== undefined && { iterations: given }) };
  }
  collector.error('literal-secret', section.at(value, 'password'), 'a password must not stand in the file', {
    hint: 'put it into an environment variable and write password: ${NAME}',
  });
  return undefined;
}

function usersNotes(users: readonly Resource[]): string[] {
  const count = users.filter((user) => credentialsOf(user).length === 0).length;
  if (count === 0) return [];
  return [`${countOf(count, 'SCRAM user')} left out: Kafka does not reveal their passwords`];
}

/** Users whose password is known by the name of a variable. */
function usersSection(users: readonly Resource[]): JsonObject {
  const written = users
    .map((user) => [nameOf(user), Object.fromEntries(credentialsOf(user))] as const)
    .filter(([, credentials]) => Object.keys(credentials).length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return written.length === 0 ? {} : { users: Object.fromEntries(written) };
}

function credentialsOf({ spec }: Resource): [mechanism: string, credential: JsonObject][] {
  return scramMechanisms.flatMap((mechanism): [string, JsonObject][] => {
    const credential = spec[mechanism];
    const password = isObject(credential) ? credential.password : undefined;
    const isKnown = isSecretRef(password) && password.$secret !== HIDDEN.$secret;
    if (!isKnown || !isObject(credential)) return [];
    const { iterations: count } = credential;
    const told = typeof count === 'number' && count !== iterations.default ? { iterations: count } : {};
    return [[mechanism, { password: password.$secret, ...told }]];
  });
}
