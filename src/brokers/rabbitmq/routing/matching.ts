import { isExactInt, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../version.ts';

/**
 * Topic matching, word by word, as RabbitMQ does it: an empty key has no words, and empty words between, before and
 * after dots are words. https://www.rabbitmq.com/tutorials/tutorial-five-javascript
 */

/** Stands for one word of a routing key that is not known. */
const ONE: unique symbol = Symbol('one word');
/** Stands for any number of words, also none. */
const MANY: unique symbol = Symbol('any words');

/** A set of routing keys: literal words, which may be `*` or `#` themselves, and words that are not known. */
export type KeyWord = string | typeof ONE | typeof MANY;
export type KeyWords = readonly KeyWord[];

export const ANY_KEY: KeyWords = [MANY];

export function splitKey(key: string): string[] {
  return key === '' ? [] : key.split('.');
}

/** The routing keys that a topic binding lets pass. */
export function keysOfPattern(pattern: string): KeyWord[] {
  return splitKey(pattern).map((word) => (word === '*' ? ONE : word === '#' ? MANY : word));
}

class Node<T> {
  /** Counts from 0 within the trie. */
  readonly id: number;
  readonly children = new Map<string, Node<T>>();
  readonly values: T[] = [];

  constructor(id: number) {
    this.id = id;
  }
}

/** Topic patterns in a trie, so that a lookup costs as much as the key is long, not as many bindings there are. */
export class TopicTrie<T> {
  readonly #root = new Node<T>(0);
  #size = 1;

  add(pattern: string, value: T): void {
    this.#addWords(splitKey(pattern), value);
  }

  /** Adds a key in which `*` and `#` are plain words: the binding of a direct exchange. */
  addLiteral(key: string, value: T): void {
    this.#addWords(splitKey(key).map(asLiteral), value);
  }

  #addWords(words: readonly string[], value: T): void {
    let node = this.#root;
    for (const word of words) {
      let child = node.children.get(word);
      if (!child) {
        child = new Node(this.#size++);
        node.children.set(word, child);
      }
      node = child;
    }
    node.values.push(value);
  }

  /** The values of all patterns that match any of these keys, each once, found while they are asked for. */
  *matching(words: KeyWords): Generator<T> {
    yield* visit(this.#root, words, 0, new Set());
  }
}

function* visit<T>(
  node: Node<T>,
  words: KeyWords,
  index: number,
  /** Node and index, as one number: `#` leads to the same place by many ways. */
  seen: Set<number>,
): Generator<T> {
  const visited = node.id * (words.length + 1) + index;
  if (seen.has(visited)) return;
  seen.add(visited);
  const word = words[index];
  // A node's values belong to its full pattern: they are given once, at the key's end.
  if (word === undefined) yield* node.values;
  const hash = node.children.get('#');
  // `#` takes none of the words that are left, or one of them, or all.
  if (hash) for (let next = index; next <= words.length; next++) yield* visit(hash, words, next, seen);
  if (word === undefined) return;
  if (word === MANY) {
    yield* visit(node, words, index + 1, seen);
    for (const child of node.children.values()) if (child !== hash) yield* visit(child, words, index, seen);
  } else if (word === ONE) {
    for (const child of node.children.values())
      if (child !== hash) yield* visit(child, words, index + 1, seen);
  } else {
    const literal = node.children.get(word);
    const star = node.children.get('*');
    // A key may hold the word `#` or `*` literally; as a child it is the wildcard, which is walked only once.
    if (literal && literal !== hash && literal !== star) yield* visit(literal, words, index + 1, seen);
    if (star) yield* visit(star, words, index + 1, seen);
  }
}

/** Whether a topic pattern matches every one of these keys. */
export function coversKeys(pattern: string, keys: KeyWords): boolean {
  const words = splitKey(pattern);
  // One row for each word of the pattern, from the last: whether what follows it covers the keys from each word on.
  let below = keys.map(() => false);
  below.push(true);
  for (const word of words.toReversed()) {
    const row = Array.from(below, () => false);
    for (let k = keys.length; k >= 0; k--) {
      const key = keys[k];
      if (word === '#') row[k] = below[k] === true || row[k + 1] === true;
      else
        row[k] = (word === '*' ? key !== undefined && key !== MANY : key === word) && below[k + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

/** A word that is no wildcard, as {@link TopicTrie.addLiteral} keeps it. */
function asLiteral(word: string): string {
  return word === '*' || word === '#' ? `\u0000${word}` : word;
}

/** Keys to look up in a trie that {@link TopicTrie.addLiteral} filled. */
export function literalWords(words: KeyWords): KeyWord[] {
  return words.map((word) => (typeof word === 'string' ? asLiteral(word) : word));
}

/** Keys as a topic pattern would be written. */
export function formatKeys(keys: KeyWords): string {
  return keys.map((word) => (word === ONE ? '*' : word === MANY ? '#' : word)).join('.');
}

/*
 * Matching of a headers exchange. https://www.rabbitmq.com/docs/exchanges#headers
 */

/** What a binding lets pass: everything, nothing, or what its arguments say. */
export type Extent = 'everything' | 'nothing' | 'some';

export function headersExtent(args: JsonObject): Extent {
  if (comparable(args).length > 0) return 'some';
  return isAny(args) ? 'nothing' : 'everything';
}

/** Whether a headers binding lets a message with these headers pass, on a broker of this version. */
export function headersMatch(args: JsonObject, headers: JsonObject, version: string): boolean {
  const matches = ([name, wanted]: [string, Json]): boolean => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (value === undefined) return false;
    return isVoid(wanted) || amqpValue(wanted, version) === amqpValue(sent(value, version), version);
  };
  return isAny(args) ? comparable(args).some(matches) : comparable(args).every(matches);
}

/** The arguments that are compared: `x-*` ones only where the mode says so, and never `x-match` itself. */
export function comparable(args: JsonObject): [string, Json][] {
  const withX = String(args['x-match'] ?? 'all').endsWith('-with-x');
  return Object.entries(args).filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
}

function isAny(args: JsonObject): boolean {
  return String(args['x-match'] ?? 'all').startsWith('any');
}

/** A header that only has to be there. */
export function isVoid(value: Json): boolean {
  return value === null || (isObject(value) && value.$type === 'void');
}

/** From 3.13 the broker compares a timestamp of a message in milliseconds with that of a binding in seconds. */
function sent(value: Json, version: string): Json {
  if (!isObject(value) || value.$type !== 'timestamp' || !atLeast({ version }, '3.13')) return value;
  return isExactInt(value.value)
    ? { $int: (BigInt(value.value.$int) * 1000n).toString() }
    : Number(value.value) * 1000;
}

/** Text that is equal for equal AMQP values. Values count, not type tags: a short 1 is a long 1. */
function amqpValue(value: Json, version: string): string {
  if (isVoid(value)) return 'void';
  if (isObject(value) && typeof value.$type === 'string') {
    const inner = value.value ?? null;
    if (typeof inner === 'number') {
      if (value.$type === 'double') return double(inner, version);
      if (value.$type === 'float') return double(Math.fround(inner), version);
    }
    return amqpValue(inner, version);
  }
  if (isExactInt(value)) return value.$int;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : double(value, version);
  return JSON.stringify(value);
}

/** Until 3.12 an integer equals the double of the same value, from 3.13 it does not. */
function double(value: number, version: string): string {
  return atLeast({ version }, '3.13') ? `double ${value}` : String(value);
}
