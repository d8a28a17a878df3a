import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isObject, type Json, type JsonObject } from '../model/index.ts';

export interface YamlStyle {
  /** The JSON Schema of a document: keys that it knows stand in its order, others after them as they were. */
  readonly schema: JsonObject;
  /** How values are to be written, by the offset of their key in the text. */
  readonly texts: ReadonlyMap<number, string>;
}

/** Deeper than any schema refers to itself on the way to one key. */
const MAX_DEPTH = 20;

/**
 * A YAML file in one style: indented by two, with keys in the order of the schema. Comments, empty lines, quotes and the
 * choice between block and flow stay. The text must be sound: what `readYaml` takes.
 */
export function formatYaml(text: string, { schema, texts }: YamlStyle): string {
  const documents = parseAllDocuments(text, { intAsBigInt: true, keepSourceTokens: true });
  if (!Array.isArray(documents)) return text;
  const order = new KeyOrder(schema);
  const parts = documents.map((document) => {
    visit(document, { Pair: (_, pair) => rewrite(pair, texts) });
    // An alias must stand behind its anchor.
    if (!hasAnchors(document)) order.apply(document.contents, [schema]);
    visit(document, { Collection: (_, collection) => padOnlyMaps(collection) });
    return document.toString({ lineWidth: 0, indent: 2, flowCollectionPadding: true });
  });
  return parts.map((part, i) => (i > 0 && !part.startsWith('---') ? `---\n${part}` : part)).join('');
}

/** A number with or without a unit; no text with a variable in it. */
const QUANTITY = /^\d[\dA-Za-z.]*$/;

function rewrite({ key, value }: Pair, texts: ReadonlyMap<number, string>): void {
  const offset = isScalar(key) ? key.range?.[0] : undefined;
  const text = offset === undefined ? undefined : texts.get(offset);
  if (text === undefined || !isScalar(value) || !QUANTITY.test(value.source ?? '')) return;
  value.value = text;
  value.type = Scalar.PLAIN;
}

/** `[a]`, but `{ a: 1 }`: the package pads both or none. */
function padOnlyMaps(collection: YAMLMap | YAMLSeq): void {
  const write = collection.toString.bind(collection);
  const flowCollectionPadding = isMap(collection) ? ' ' : '';
  collection.toString = (context, ...rest) =>
    context ? write({ ...context, flowCollectionPadding }, ...rest) : write();
}

function hasAnchors(document: Document): boolean {
  let found = false;
  visit(document, {
    Node: (_, node) => {
      found ||= isAlias(node) || node.anchor !== undefined;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

/** Sorts mappings by a schema. */
class KeyOrder {
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  apply(node: unknown, schemas: readonly JsonObject[]): void {
    if (isSeq(node)) {
      const known = schemas.flatMap((schema) => this.#parts(schema, []));
      const items = known.flatMap(({ items }) => (isObject(items) ? [items] : []));
      for (const item of node.items) this.apply(item, items);
    }
    if (!isMap(node)) return;
    const keys = node.items.map(nameOf);
    const known = schemas.flatMap((schema) => this.#parts(schema, keys));
    for (const pair of node.items) {
      const name = nameOf(pair);
      this.apply(
        pair.value,
        known.flatMap((schema) => below(schema, name)),
      );
    }
    const names = new Set(known.flatMap(propertiesOf));
    if (names.size > 0) sort(node, new Map(Array.from(names, (name, i) => [name, i])));
  }

  /** A schema and all that holds with it; of alternatives those that know all of these keys, if there are any. */
  #parts(schema: JsonObject, keys: readonly string[], depth = 0): JsonObject[] {
    if (depth > MAX_DEPTH) return [];
    const { $ref, allOf, anyOf, oneOf } = schema;
    const target = typeof $ref === 'string' ? this.#referred($ref) : undefined;
    const parts = (one: JsonObject) => this.#parts(one, keys, depth + 1);
    const alternatives = [...objectsIn(anyOf), ...objectsIn(oneOf)].map(parts);
    const fitting = alternatives.filter((one) => {
      const names = new Set(one.flatMap(propertiesOf));
      return keys.every((key) => names.has(key));
    });
    return [
      schema,
      ...(target ? parts(target) : []),
      ...objectsIn(allOf).flatMap(parts),
      ...(fitting.length > 0 ? fitting : alternatives).flat(),
    ];
  }

  #referred(reference: string): JsonObject | undefined {
    let found: Json | undefined = this.#root;
    for (const part of reference.replace(/^#\/?/, '').split('/'))
      found = part === '' ? found : isObject(found) ? found[part] : undefined;
    return isObject(found) ? found : undefined;
  }
}

function objectsIn(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter((item) => isObject(item)) : [];
}

function propertiesOf({ properties }: JsonObject): string[] {
  return isObject(properties) ? Object.keys(properties) : [];
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function below({ properties, additionalProperties }: JsonObject, name: string): JsonObject[] {
  const own =
    isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
  return isObject(own) ? [own] : [];
}

/** A comment above the first key may be about the whole mapping: then that key stays the first. */
function sort(map: YAMLMap, ranks: ReadonlyMap<string, number>): void {
  const rank = (pair: Pair) => ranks.get(nameOf(pair)) ?? ranks.size;
  const [first, ...rest] = map.items;
  if (!first) return;
  const isFixed = map.commentBefore !== undefined && map.commentBefore !== null;
  const sorted = (isFixed ? rest : map.items).toSorted((a, b) => rank(a) - rank(b));
  const items = isFixed ? [first, ...sorted] : sorted;
  if (items[0] !== first) moveSpace(items);
  map.items = items;
}

/** No empty line stands above the first key of a mapping. */
function moveSpace(items: readonly Pair[]): void {
  const key = items[0]?.key as Node | undefined;
  if (key && (isScalar(key) || isCollection(key)) && !isPair(key)) key.spaceBefore = false;
}
