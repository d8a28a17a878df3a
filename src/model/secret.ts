import { isObject, type Json, type JsonObject, mapJson } from './json.ts';

/**
 * A secret in a spec, call or plan: never its value, but the text that the user wrote, `${DB_PASSWORD}`.
 * Only a session resolves it, at the moment of sending.
 */
export type SecretRef = { readonly $secret: string };

/** Resolves `${NAME}` texts from the environment. @throws MissingVariable when a variable is not set. */
export type Resolve = (template: string) => string;

/** What a live spec holds instead of a secret that differs from the declared one, or that is not declared. */
export const HIDDEN: SecretRef = { $secret: '(hidden)' };

export function isSecretRef(value: unknown): value is SecretRef {
  return isObject(value) && typeof value.$secret === 'string';
}

/** Every secret below a value, for checking before anything is sent that all can be resolved. */
export function secretsIn(value: Json | undefined): SecretRef[] {
  if (isSecretRef(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  return isObject(value) ? Object.values(value as JsonObject).flatMap(secretsIn) : [];
}

/** `amqp://user:${PASSWORD}@host/vhost?…`: what may be shown is the scheme, and the host up to what may hold secrets. */
const URI = /^([a-z][a-z0-9+.-]*:\/\/)[^@?]*@([^?@]*)(?:$|\?[^@]*$)/i;

/** A value as people may read it: `(secret)` instead of each secret, or its URI without the credentials. */
export function shownSecrets(value: Json): Json {
  return mapJson(value, (one) => {
    if (!isSecretRef(one)) return undefined;
    const [, scheme, host] = URI.exec(one.$secret) ?? [];
    return scheme === undefined ? '(secret)' : `${scheme}(secret)@${host}`;
  });
}
