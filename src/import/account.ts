import {
  type Diagnostic,
  isMapping,
  isObject,
  type Json,
  type JsonObject,
  type Source,
} from '../model/index.ts';

/** A document of another tool's file. */
export interface ForeignDocument {
  readonly value: JsonObject;
  readonly places: ForeignPlaces;
  /** Where the document begins. */
  readonly at: Source;
}

/**
 * What became of one key: `opened` is looked into, and each key below it counts by itself; `done` was read whole, or
 * says nothing about a topology.
 */
type Fate = 'opened' | 'done' | { readonly left: string };

const NO_SUCH_KEY = 'brokerform knows no such key';

/** Keeps account of every key of other tools' files, so that none is dropped without a word. */
export class Account {
  readonly #fates = new WeakMap<object, Map<string, Fate>>();
  readonly #reasons = new WeakMap<object, Map<string, string>>();
  readonly #withheld = new WeakMap<object, Set<string>>();
  readonly #titles = new WeakMap<object, string>();
  readonly #errors = new Map<string, Diagnostic>();
  readonly #remarks = new Map<string, Diagnostic>();

  /** Each once, however often several brokers read one document. */
  get errors(): Diagnostic[] {
    return [...this.#errors.values()];
  }

  /** Each once, and beside what {@link leftovers} tells. */
  get remarks(): Diagnostic[] {
    return [...this.#remarks.values()];
  }

  error(
    code:
      | 'wrong-value'
      | 'missing-key'
      | 'given-twice'
      | 'bad-reference'
      | 'unsupported'
      | 'several-clusters',
    at: Source,
    message: string,
    more: Pick<Diagnostic, 'hint' | 'related'> = {},
  ): void {
    const identity = identityOf(at, message);
    if (this.#errors.has(identity)) return;
    this.#errors.set(identity, { code: `import/${code}`, severity: 'error', message, at, ...more });
  }

  open(container: object, key: string): void {
    const fates = entryOf(this.#fates, container);
    if (!fates.has(key)) fates.set(key, 'opened');
  }

  /** What was left stays left, though it may be looked at again. */
  finish(container: object, key: string): void {
    const fates = entryOf(this.#fates, container);
    if (typeof fates.get(key) !== 'object') fates.set(key, 'done');
  }

  /** The key is understood, and cannot be carried over. */
  leave(container: object, key: string, why: string): void {
    entryOf(this.#fates, container).set(key, { left: why });
  }

  /** As {@link leave}, and whoever reads the key finds nothing there. */
  withhold(container: object, key: string, why: string): void {
    if (this.isWithheld(container, key)) return;
    this.leave(container, key, why);
    const keys = this.#withheld.get(container) ?? new Set();
    this.#withheld.set(container, keys.add(key));
  }

  isWithheld(container: object, key: string): boolean {
    return this.#withheld.get(container)?.has(key) === true;
  }

  /** How messages call a container, in place of its path from the document's root. */
  entitle(container: object, title: string): void {
    this.#titles.set(container, title);
  }

  remark(what: string, why: string, at: Source): void {
    const remark = notCarriedOver(what, why, at);
    this.#remarks.set(identityOf(at, remark.message), remark);
  }

  /** The reason if the key is not read. */
  explain(container: object, key: string, why: string): void {
    entryOf(this.#reasons, container).set(key, why);
  }

  /** Every key of the document that was not read or cannot be imported. */
  leftovers({ value, places, at }: ForeignDocument): Diagnostic[] {
    const found: Diagnostic[] = [];
    const visited = new Set<object>();
    const visit = (container: Json, given: string) => {
      const path = (isObject(container) && this.#titles.get(container)) || given;
      if (Array.isArray(container)) {
        for (const [index, item] of container.entries()) visit(item as Json, pathTo(path, index));
        return;
      }
      // An alias stands for a mapping that is reported where it was written first.
      if (!isMapping(container) || visited.has(container)) return;
      visited.add(container);
      const fates = this.#fates.get(container);
      for (const [key, item] of Object.entries(container)) {
        const fate = fates?.get(key);
        if (fate === 'opened') visit(item, pathTo(path, key));
        if (fate === 'opened' || fate === 'done') continue;
        const why = fate?.left ?? this.#reasons.get(container)?.get(key) ?? NO_SUCH_KEY;
        found.push(notCarriedOver(pathTo(path, key), why, places.at(container, key) ?? at));
      }
    };
    visit(value, '');
    return found;
  }
}

/** A part of another tool's file that the topology will lack. */
export function notCarriedOver(what: string, why: string, at: Source): Diagnostic {
  return { code: 'import/not-carried-over', severity: 'warning', message: `${what}: ${why}`, at };
}

function identityOf({ file, line, col }: Source, message: string): string {
  return JSON.stringify([file, line, col, message]);
}

function entryOf<T>(all: WeakMap<object, Map<string, T>>, container: object): Map<string, T> {
  const found = all.get(container);
  if (found) return found;
  const made = new Map<string, T>();
  all.set(container, made);
  return made;
}

/** Where the values of another tool's file were written, by the container that holds them. */
export interface ForeignPlaces {
  at(container: object, key?: string | number): Source | undefined;
  atValue(container: object, key: string | number): Source | undefined;
}

/** `channels["user/signedup"].bindings` */
export function pathTo(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(shortened(key))}]`;
  return path === '' ? key : `${path}.${key}`;
}

const LONGEST = 80;

/** A text of the file's, short enough for a message. */
export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
