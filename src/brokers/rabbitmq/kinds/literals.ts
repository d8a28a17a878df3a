import {
  HIDDEN,
  isExactInt,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  literalText,
} from '../../../model/index.ts';

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
    if (!isObject(value) || isExactInt(value)) return value;
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
