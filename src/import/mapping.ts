import { isExactInt, isMapping, type Json, type JsonObject, type Source } from '../model/index.ts';
import { type Account, type ForeignDocument, type ForeignPlaces, pathTo, shortened } from './account.ts';

/** A text of a list, and where it stands. */
export interface PlacedText {
  readonly text: string;
  readonly at: Source;
}

const EMPTY: JsonObject = {};

/**
 * A mapping of another tool's file. Each way to read a key checks its type, reports what is wrong with it, and tells
 * the account that the key was read. A key without a value is not there: that is how all of these tools take it.
 */
export class Mapping {
  readonly value: JsonObject;
  /** From the document's root: `channels.orders.bindings`. */
  readonly path: string;
  readonly account: Account;
  readonly places: ForeignPlaces;
  readonly #at: Source;

  private constructor(
    value: JsonObject,
    path: string,
    at: Source,
    from: Pick<Mapping, 'account' | 'places'>,
  ) {
    this.value = value;
    this.path = path;
    this.account = from.account;
    this.places = from.places;
    this.#at = at;
  }

  static root({ value, places, at }: ForeignDocument, account: Account): Mapping {
    return new Mapping(value, '', at, { account, places });
  }

  /** The same mapping under a name that people know, in place of its path. */
  titled(title: string): Mapping {
    this.account.entitle(this.value, title);
    return new Mapping(this.value, title, this.#at, this);
  }

  /** The place of the mapping, or of one of its keys. */
  at(key?: string): Source {
    const own = key === undefined ? undefined : this.places.at(this.value, key);
    return own ?? this.places.at(this.value) ?? this.#at;
  }

  has(key: string): boolean {
    return (this.#peek(key) ?? null) !== null;
  }

  /** The keys that are there, read or not. */
  keys(): string[] {
    return Object.keys(this.value);
  }

  text(key: string): string | undefined {
    const value = this.#take(key);
    if (value === undefined || typeof value === 'string') return value;
    const isScalar = typeof value !== 'object';
    return this.#wrongType(key, 'a string', value, isScalar ? { hint: 'put it in quotes' } : {});
  }

  /** Reports a key that is not there. */
  required(key: string): string | undefined {
    if (this.has(key)) return this.text(key);
    const name = this.path === '' ? 'the document' : this.path;
    this.account.error('missing-key', this.at(), `${name}: missing required key ${JSON.stringify(key)}`);
    return undefined;
  }

  /** One of several words, in the spelling that is asked for. */
  word<T extends string>(key: string, words: readonly T[]): T | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : this.#oneOf({ text, at: this.#atValue(key) }, key, words);
  }

  /** A list of {@link word}s. */
  words<T extends string>(key: string, words: readonly T[]): T[] {
    return this.texts(key).flatMap((text) => this.#oneOf(text, key, words) ?? []);
  }

  whole(key: string): number | undefined {
    const value = this.#take(key);
    if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
    return this.#wrongType(key, 'an integer', value);
  }

  number(key: string): number | undefined {
    const value = this.#take(key);
    return value === undefined || typeof value === 'number' ? value : this.#wrongType(key, 'a number', value);
  }

  flag(key: string): boolean | undefined {
    const value = this.#take(key);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.#wrongType(key, 'a boolean', value);
  }

  texts(key: string): PlacedText[] {
    const list = this.#list(key);
    return (list ?? []).flatMap((item: Json, index): PlacedText[] => {
      const at = this.places.at(list ?? EMPTY, index) ?? this.at(key);
      if (typeof item === 'string') return [{ text: item, at }];
      const message = `${pathTo(pathTo(this.path, key), index)}: expected a string, got ${typeName(item)}`;
      this.account.error('wrong-value', at, message);
      return [];
    });
  }

  /** A mapping below a key; its own keys count by themselves. */
  mapping(key: string): Mapping | undefined {
    this.account.open(this.value, key);
    return this.glimpse(key);
  }

  /** As {@link mapping}, without telling the account that the key was read. */
  glimpse(key: string): Mapping | undefined {
    const value = this.#peek(key) ?? null;
    if (value === null) return undefined;
    if (isMapping(value)) return this.#below(value, key, this.at(key));
    return this.#wrongType(key, 'a mapping', value);
  }

  /** The mappings by name below a key; a name without a value is an empty mapping. */
  members(key: string): [name: string, member: Mapping][] {
    const map = this.mapping(key);
    return map?.entries() ?? [];
  }

  /** As {@link members} of this mapping itself. */
  entries(): [name: string, member: Mapping][] {
    return this.keys().flatMap((name): [string, Mapping][] => {
      const member = this.has(name) ? this.mapping(name) : this.#below(EMPTY, name, this.at(name));
      this.account.open(this.value, name);
      return member ? [[name, member]] : [];
    });
  }

  /** The mappings of a list below a key. */
  mappings(key: string): Mapping[] {
    const value = this.#peek(key) ?? null;
    this.account.open(this.value, key);
    if (value === null) return [];
    if (!Array.isArray(value)) return this.#wrongType(key, 'a list', value) ?? [];
    const path = pathTo(this.path, key);
    return value.flatMap((item: Json, index) => {
      const at = this.places.at(value, index) ?? this.at(key);
      if (isMapping(item)) return [new Mapping(item, pathTo(path, index), at, this)];
      const message = `${pathTo(path, index)}: expected a mapping, got ${typeName(item)}`;
      this.account.error('wrong-value', at, message);
      return [];
    });
  }

  /** Every text below, at any depth, read or not. */
  allTexts(): PlacedText[] {
    const found: PlacedText[] = [];
    const visit = (container: object) => {
      for (const [key, item] of Object.entries(container) as [string, Json][]) {
        const at = this.places.atValue(container, Array.isArray(container) ? Number(key) : key) ?? this.at();
        if (typeof item === 'string') found.push({ text: item, at });
        else if (typeof item === 'object' && item !== null) visit(item);
      }
    };
    visit(this.value);
    return found;
  }

  /** Whatever stands below a key, all of it. */
  json(key: string): Json | undefined {
    return this.#take(key);
  }

  /** These keys, and all below them, say nothing about a topology. */
  skip(...keys: readonly string[]): void {
    for (const key of keys) this.account.finish(this.value, key);
  }

  /** The key is understood, and cannot be carried over. One that is not there is no loss. */
  leave(key: string, why: string): void {
    if (Object.hasOwn(this.value, key)) this.account.leave(this.value, key, why);
  }

  /** Something that the key means cannot be carried over, though the key was read. */
  remark(key: string, why: string): void {
    this.account.remark(pathTo(this.path, key), why, this.at(key));
  }

  /** The reason if the key is not read. */
  explain(key: string, why: string): void {
    this.account.explain(this.value, key, why);
  }

  #peek(key: string): Json | undefined {
    const isThere = Object.hasOwn(this.value, key) && !this.account.isWithheld(this.value, key);
    return isThere ? this.value[key] : undefined;
  }

  #take(key: string): Json | undefined {
    this.skip(key);
    return this.#peek(key) ?? undefined;
  }

  #list(key: string): readonly Json[] | undefined {
    const value = this.#take(key);
    return value === undefined || Array.isArray(value) ? value : this.#wrongType(key, 'a list', value);
  }

  #oneOf<T extends string>({ text, at }: PlacedText, key: string, words: readonly T[]): T | undefined {
    const found = words.find((word) => plain(word) === plain(text));
    if (found === undefined) {
      const message = `${pathTo(this.path, key)}: expected one of ${words.join(', ')}, got ${JSON.stringify(shortened(text))}`;
      this.account.error('wrong-value', at, message);
    }
    return found;
  }

  #below(value: JsonObject, key: string, at: Source): Mapping {
    return new Mapping(value, pathTo(this.path, key), at, this);
  }

  #atValue(key: string): Source {
    return this.places.atValue(this.value, key) ?? this.at(key);
  }

  /** The type only, and not the value: it may be a password. */
  #wrongType(key: string, wanted: string, value: Json, more: { hint?: string } = {}): undefined {
    const message = `${pathTo(this.path, key)}: expected ${wanted}, got ${typeName(value)}`;
    this.account.error('wrong-value', this.#atValue(key), message, more);
  }
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isExactInt(value) || typeof value === 'number') return 'a number';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'a string' : 'a boolean';
}

/** `DESCRIBE_CONFIGS`, `DescribeConfigs` and `describe-configs` are one word. */
function plain(word: string): string {
  return word.replace(/[-_ ]/g, '').toLowerCase();
}
