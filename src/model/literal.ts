import { isExactInt, isObject, type Json } from './json.ts';

/** A value as it is written in YAML, so that the loader reads the very same: `${` in a text begins a variable. */
export function literal<T extends Json>(value: T): T;
export function literal(value: Json): Json {
  if (typeof value === 'string') return literalText(value);
  if (Array.isArray(value)) return value.map((item: Json) => literal(item));
  if (!isObject(value) || isExactInt(value)) return value;
  // Keys are never variables.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item)]));
}

export function literalText(text: string): string {
  return text.replaceAll('${', () => '$${');
}
