import {
  HIDDEN,
  isMapping,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  literalText,
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

/** Writes values so that the loader reads the very same: `${` is escaped, and secrets become placeholders. */
export class Literals {
  readonly notes: string[] = [];
  readonly #placeholders = new Set<string>();

  /** @param name words that a placeholder for a secret in the value is made of: `['shovel', 'move', 'src-uri']` */
  of(value: Json, name: readonly string[]): Json {
    if (isSecretRef(value)) return value.$secret === HIDDEN.$secret ? this.#placeholder(name) : value.$secret;
    if (typeof value === 'string') return literalText(value);
    if (Array.isArray(value)) {
      return value.map((item: Json, index) => this.of(item, [...name, String(index + 1)]));
    }
    if (!isMapping(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.of(item, [...name, key])]),
    );
  }

  #placeholder(name: readonly string[]): string {
    const base = name
      .map(variableName)
      .filter((part) => part !== '')
      .join('_');
    let variable = /^[A-Z_]/.test(base) ? base : `SECRET_${base}`;
    for (let count = 2; this.#placeholders.has(variable); count++) variable = `${base}_${count}`;
    this.#placeholders.add(variable);
    this.notes.push(
      `set ${variable} in the environment: ${name.join(' ')} holds credentials, which are not written`,
    );
    return `\${${variable}}`;
  }
}

export function escapeTexts(fields: JsonObject): JsonObject {
  return new Literals().of(fields, []) as JsonObject;
}

function variableName(word: string): string {
  return word
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase();
}
