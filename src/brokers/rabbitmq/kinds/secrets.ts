import {
  HIDDEN,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  type Resolve,
} from '../../../model/index.ts';

/** `amqp://user:password@host`: a URI that holds credentials. */
const CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:[^/?#]*@/i;
const LITERAL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:[^/?#@]+@/i;
/** The passphrase of a private key, as AMQP URIs take it. https://www.rabbitmq.com/docs/uri-query-parameters */
const QUERY_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s]*[?&]password=[^&]/i;
const SECRET_KEY = /password|passphrase|secret|token/i;

/** A text that no output may show: a URI with a password, or what stands under a key that names a secret. */
export function holdsCredentials(text: string, key?: string): boolean {
  if (CREDENTIALS.test(text) || QUERY_PASSWORD.test(text)) return true;
  return key !== undefined && text !== '' && SECRET_KEY.test(key);
}

const REFERENCE = /\$\{[^}]*\}/g;

/**
 * The text of a value that comes from the environment, wholly or in part; undefined where nothing in it does. A
 * `$${` is no reference, but a literal.
 */
export function referenceText(template: string | undefined): string | undefined {
  return template?.replaceAll('$${', '').includes('${') ? template : undefined;
}

/** `amqp://user:literal@${HOST}`: a password beside the references, which would be shown with them. */
export function holdsLiteralPassword(template: string): boolean {
  const literal = template.replaceAll('$${', 'literal').replace(REFERENCE, '');
  return LITERAL_PASSWORD.test(literal) || QUERY_PASSWORD.test(literal);
}

/**
 * A live parameter as it may be shown and compared: where the declared value has a secret, that reference when it
 * resolves to what the broker has, else HIDDEN; and HIDDEN for every undeclared credential.
 * @throws MissingVariable when the declared value has a secret that the environment lacks.
 */
export function conceal(live: Json, desired: Json | undefined, resolve: Resolve, key?: string): Json {
  if (isSecretRef(desired)) {
    return typeof live === 'string' && live === resolve(desired.$secret) ? desired : HIDDEN;
  }
  if (typeof live === 'string') return holdsCredentials(live, key) ? HIDDEN : live;
  if (Array.isArray(live)) {
    const items: readonly (Json | undefined)[] = Array.isArray(desired) ? desired : [];
    return live.map((item: Json, index) => conceal(item, items[index], resolve, key));
  }
  if (!isObject(live)) return live;
  const fields: JsonObject = isObject(desired) ? desired : {};
  return Object.fromEntries(
    Object.entries(live).map(([name, value]) => [name, conceal(value, fields[name], resolve, name)]),
  );
}
