import {
  canonicalJson,
  equalJson,
  formatSource,
  isExactInt,
  isObject,
  isReservedKey,
  type Json,
  type JsonObject,
  type Section,
  type Source,
} from '../model/index.ts';
import { type Account, type ForeignPlaces, pathTo, shortened } from './account.ts';
import { Clusters } from './clusters.ts';
import type { Mapping } from './mapping.ts';

type Key = string | number;
type Container = Record<string, Json> | Json[];

/** What the other tool calls a resource of the section. */
export interface ForeignName {
  /** `module.shop.rabbitmq_queue.orders["eu"]` */
  readonly name: string;
  /** The kind of the resource, and the place that it was declared at. */
  readonly kind: string;
  readonly at: Source;
  /** Whether the other tool keeps it, and must let go of it. */
  readonly isKept: boolean;
  /** What it calls all instances together, and how many there are. */
  readonly whole: string;
  readonly instances: number;
}

/** More than a file of 16 MiB holds, unless it means to harm. */
const MAX_PARTS = 1_000_000;

/** How a key is read, and the key that it becomes. */
type Reading = readonly [to: string, as: 'text' | 'whole' | 'number' | 'flag'];

/**
 * A section of a topology in the making. Each part of it remembers the place in the other tool's file that it comes
 * from, so that the checks of sections that people write serve for it too, and tell of that file.
 */
export class DraftSection {
  readonly value: JsonObject = {};
  readonly account: Account;
  readonly #start: Source;
  readonly #spots = new Map<object, Map<Key, Source>>();
  /** Source maps of containers that were taken over as they are. */
  readonly #foreign = new Map<object, ForeignPlaces>();
  readonly #templates = new Map<object, Map<Key, string>>();
  readonly #variables = new Set<string>();
  readonly #items = new Map<object, Set<string>>();
  /** Mappings that are there only because something stands below them. */
  readonly #implied = new Set<object>();
  readonly #names: ForeignName[] = [];
  #parts = 0;
  readonly clusters: Clusters;

  /** @param start the beginning of the first file: the place of mistakes that have none */
  constructor(account: Account, start: Source, clusters: Clusters = new Clusters(account)) {
    this.account = account;
    this.#start = start;
    this.clusters = clusters;
  }

  get names(): readonly ForeignName[] {
    return this.#names;
  }

  /** Makes sure that there is a mapping; several documents may speak of one thing. The first one is its place. */
  open(path: readonly string[], at: Source): void {
    const map = this.#mapping(path, at);
    const key = path[path.length - 1];
    if (!map || key === undefined || !this.#implied.delete(map)) return;
    const parent = this.#mapping(path.slice(0, -1), at);
    if (parent) this.#spots.get(parent)?.set(key, at);
    this.#spots.get(map)?.set('', at);
  }

  /** Remembers what the other tool calls a resource. */
  trace(name: ForeignName): void {
    this.#names.push(name);
  }

  /** Sets a value. The same value may be given again; another one is an error that names both places. */
  put(path: readonly string[], value: Json | undefined, at: Source, places?: ForeignPlaces): void {
    const key = path[path.length - 1];
    if (value === undefined || key === undefined || this.#isFull(at)) return;
    if (!this.#isWritable(path, value, at)) return;
    const map = this.#mapping(path.slice(0, -1), at);
    if (!map || !this.#isUsable(key, at)) return;
    const before = Object.hasOwn(map, key) ? map[key] : undefined;
    if (before === undefined) {
      map[key] = value;
      this.#spots.get(map)?.set(key, at);
      this.#adopt(value, places, at);
    } else if (!equalJson(before, value)) {
      const related = this.at(map, key);
      const message = `${nameOf(path)} is ${shown(value)} here, and ${shown(before)} in ${formatSource(related)}`;
      this.account.error('given-twice', at, message, { hint: 'keep one of the two', related: [related] });
    }
  }

  /** Sets values that a mapping of the other tool has under keys of its own. */
  carry(path: readonly string[], from: Mapping, readings: Readonly<Record<string, Reading>>): void {
    for (const [key, [to, as]] of Object.entries(readings))
      this.put([...path, to], from[as](key), from.at(key));
  }

  /** Sets all that stands below a key, as it is. */
  take(path: readonly string[], from: Mapping, key: string): void {
    this.put(path, from.json(key), from.at(key), from.places);
  }

  /** Adds to a list; the same item is in it once. */
  append(path: readonly string[], item: Json, at: Source, places?: ForeignPlaces): void {
    const key = path[path.length - 1] ?? '';
    const isTaken = !this.#isFull(at) && this.#isWritable(path, item, at);
    const map = isTaken ? this.#mapping(path.slice(0, -1), at) : undefined;
    if (!map) return;
    const list = (map[key] ?? []) as Json[];
    if (!this.#items.has(list)) {
      map[key] = list;
      this.#spots.get(map)?.set(key, at);
      this.#spots.set(list, new Map());
      this.#items.set(list, new Set());
    }
    const identity = canonicalJson(item);
    if (this.#items.get(list)?.has(identity)) return;
    this.#items.get(list)?.add(identity);
    this.#spots.get(list)?.set(list.length, at);
    list.push(item);
    if (isObject(item)) this.#spots.set(item, new Map([['', at]]));
    this.#adopt(item, places, at);
  }

  /**
   * Puts `${NAME}` where a secret belongs, which is never copied.
   * @param words that the variable's name is made of
   * @returns the variable
   */
  secret(path: readonly string[], words: readonly string[], at: Source): string {
    const map = this.#mapping(path.slice(0, -1), at);
    const key = path[path.length - 1] ?? '';
    const known = map && this.template(map, key);
    const variable = known?.slice(2, -1) ?? this.#variable(words);
    if (!map || known !== undefined) return variable;
    this.put(path, `\${${variable}}`, at);
    const templates = this.#templates.get(map) ?? new Map<Key, string>();
    this.#templates.set(map, templates.set(key, `\${${variable}}`));
    return variable;
  }

  /** As {@link secret}, in a list of one. */
  secretList(path: readonly string[], words: readonly string[], at: Source): string {
    const variable = this.#variable(words);
    const list: Json[] = [`\${${variable}}`];
    this.put(path, list, at);
    this.#templates.set(list, new Map([[0, `\${${variable}}`]]));
    return variable;
  }

  /**
   * Whether a document is for the cluster that is written: the only one, or the one that was chosen.
   * @param namespace where clusters of one name can be; any where it is not told
   */
  belongsTo(cluster: string, at: Source, namespace?: string): boolean {
    return this.clusters.isMeant({ name: cluster, namespace, at });
  }

  at(container: object, key?: Key): Source {
    const own = this.#spots.get(container);
    const foreign = this.#foreign.get(container);
    return own?.get(key ?? '') ?? foreign?.at(container, key) ?? own?.get('') ?? this.#start;
  }

  atValue(container: object, key: Key): Source {
    return this.#foreign.get(container)?.atValue(container, key) ?? this.at(container, key);
  }

  template(container: object, key: Key): string | undefined {
    return this.#templates.get(container)?.get(key);
  }

  /** What has been put together so far, as a section of a broker. No environment overrides it. */
  sectionOf(broker: string): Section {
    return {
      broker,
      value: this.value,
      at: (container, key) => this.at(container, key),
      template: (container, key) => this.template(container, key),
      overridden: (_address, _kind, body) => body,
    };
  }

  #variable(words: readonly string[]): string {
    const parts = words.map((word) => word.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, ''));
    const base = parts
      .filter((part) => part !== '')
      .join('_')
      .toUpperCase();
    let variable = base;
    for (let count = 2; this.#variables.has(variable); count++) variable = `${base}_${count}`;
    this.#variables.add(variable);
    return variable;
  }

  #mapping(path: readonly string[], at: Source): Record<string, Json> | undefined {
    let map = this.value as Record<string, Json>;
    if (!this.#spots.has(map)) this.#spots.set(map, new Map([['', at]]));
    for (const key of path) {
      if (!this.#isUsable(key, at)) return undefined;
      const next = (Object.hasOwn(map, key) ? map[key] : undefined) ?? {};
      if (!isObject(next)) return undefined;
      if (!this.#spots.has(next)) {
        this.#implied.add(next);
        map[key] = next;
        this.#spots.get(map)?.set(key, at);
        this.#spots.set(next, new Map([['', at]]));
      }
      map = next as Record<string, Json>;
    }
    return map;
  }

  /** A few lines can stand for any number of resources. */
  #isFull(at: Source): boolean {
    if (++this.#parts <= MAX_PARTS) return false;
    const message = `this grows to more than ${MAX_PARTS.toLocaleString('en')} settings`;
    if (this.#parts === MAX_PARTS + 1) {
      this.account.error('unsupported', at, message, { hint: 'import a part of the files at a time' });
    }
    return true;
  }

  /** A whole number such as 1e300 would be written with all its digits, more than are read. */
  #isWritable(path: readonly string[], value: Json, at: Source): boolean {
    if (!hasHugeNumber(value)) return true;
    const message = `${nameOf(path)} has a number of more than 100 digits, and no broker takes it`;
    this.account.error('wrong-value', at, message, { hint: 'write the number that is meant' });
    return false;
  }

  #isUsable(key: string, at: Source): boolean {
    if (!isReservedKey(key)) return true;
    this.account.error('unsupported', at, `${JSON.stringify(key)} cannot be used as a name`, {
      hint: 'choose another name',
    });
    return false;
  }

  #adopt(value: Json, places: ForeignPlaces | undefined, at?: Source): void {
    if (typeof value !== 'object' || value === null || isExactInt(value)) return;
    const container = value as Container;
    if (places) this.#foreign.set(container, places);
    if (at && !this.#spots.has(container)) this.#spots.set(container, new Map([['', at]]));
    for (const item of Object.values(container)) this.#adopt(item, places, at);
  }
}

function nameOf(path: readonly string[]): string {
  return path.reduce((name, key) => pathTo(name, key), '');
}

function shown(value: Json): string {
  return shortened(JSON.stringify(value));
}

function hasHugeNumber(value: Json): boolean {
  if (typeof value === 'number') return Math.abs(value) >= 1e100;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHugeNumber);
}
