import type { Json } from './json.ts';

/** Text that has come, from the first character that is still needed. */
interface Source {
  text: string;
  at: number;
  /** Whether no more comes. */
  isOver: boolean;
}

/** Waits for more text where it yields. */
type Reading<T> = Generator<undefined, T, undefined>;

/**
 * Parses JSON text that comes in parts, to what `JSON.parse` makes of the whole, and holds no more of the text than one
 * part and one member of a list.
 */
export class JsonReader {
  readonly #source: Source = { text: '', at: 0, isOver: false };
  readonly #reading = document(this.#source);
  #hasFailed = false;

  /** Whether the text can still be JSON; if not, `JSON.parse` says why. */
  push(part: string): boolean {
    const source = this.#source;
    source.text = source.text.slice(source.at) + part;
    source.at = 0;
    return this.#next() !== undefined;
  }

  /** What the whole text says; undefined if it is no JSON. */
  end(): Json | undefined {
    this.#source.isOver = true;
    const next = this.#next();
    return next?.done === true ? next.value : undefined;
  }

  #next(): IteratorResult<undefined, Json> | undefined {
    if (this.#hasFailed) return undefined;
    try {
      return this.#reading.next();
    } catch {
      // Also of a text that is nested too deeply for this reader.
      this.#hasFailed = true;
      return undefined;
    }
  }
}

function* document(source: Source): Reading<Json> {
  const value = yield* anyValue(source, false);
  if ((yield* peek(source)) !== '') throw new SyntaxError('more than one value');
  return value;
}

function* anyValue(source: Source, isInList: boolean): Reading<Json> {
  const first = yield* peek(source);
  if (first === '[') return yield* listOf(source);
  // Only lists grow: what a member of one holds is small.
  if (first === '{' && !isInList) return yield* objectOf(source);
  return JSON.parse(yield* textOf(source, first)) as Json;
}

function* listOf(source: Source): Reading<Json> {
  const items: Json[] = [];
  yield* members(source, ']', function* () {
    items.push(yield* anyValue(source, true));
  });
  return items;
}

function* objectOf(source: Source): Reading<Json> {
  const object: Record<string, Json> = {};
  yield* members(source, '}', function* () {
    const first = yield* peek(source);
    if (first !== '"') throw new SyntaxError('a key is no string');
    const key = JSON.parse(yield* textOf(source, first)) as string;
    if ((yield* peek(source)) !== ':') throw new SyntaxError('a key without a value');
    source.at++;
    const value = yield* anyValue(source, false);
    // An assignment would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(object, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else object[key] = value;
  });
  return object;
}

/** What stands between two brackets, with commas between. */
function* members(source: Source, close: string, one: () => Reading<void>): Reading<void> {
  source.at++;
  if ((yield* peek(source)) !== close) {
    do yield* one();
    while (yield* isComma(source));
    if ((yield* peek(source)) !== close) throw new SyntaxError('neither a comma nor an end');
  }
  source.at++;
}

function* isComma(source: Source): Reading<boolean> {
  if ((yield* peek(source)) !== ',') return false;
  source.at++;
  return true;
}

const SPACE = /[ \t\n\r]*/y;

/** The next character that is no white space; empty at the end. */
function* peek(source: Source): Reading<string> {
  for (;;) {
    SPACE.lastIndex = source.at;
    source.at += SPACE.exec(source.text)?.[0].length ?? 0;
    const char = source.text.charAt(source.at);
    if (char !== '' || source.isOver) return char;
    yield;
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
// `[` and `{`, `]` and `}`: they differ in one bit.
const [OPENING, CLOSING, BIT] = [0x5b, 0x5d, 0x20];

/** Takes the text of one value, up to its last character: brackets outside strings are counted. */
function* textOf(source: Source, first: string): Reading<string> {
  const length = first === '"' || first === '{' ? yield* enclosed(source) : yield* bare(source);
  const text = source.text.slice(source.at, source.at + length);
  source.at += length;
  return text;
}

/** The length of a string, list or object. */
function* enclosed(source: Source): Reading<number> {
  let depth = 0;
  let isString = false;
  for (let length = 0; ; length++) {
    while (source.at + length >= source.text.length) {
      if (source.isOver) throw new SyntaxError('truncated');
      yield;
    }
    const code = source.text.charCodeAt(source.at + length);
    if (isString) {
      if (code === BACKSLASH) length++;
      else if (code === QUOTE) isString = false;
    } else if (code === QUOTE) isString = true;
    else if ((code & ~BIT) === OPENING) depth++;
    else if ((code & ~BIT) === CLOSING) depth--;
    if (depth === 0 && !isString) return length + 1;
  }
}

const BARE = /[^ \t\n\r,\]}]*/y;

/** The length of a number, or of a word. */
function* bare(source: Source): Reading<number> {
  for (;;) {
    BARE.lastIndex = source.at;
    const length = BARE.exec(source.text)?.[0].length ?? 0;
    if (source.at + length < source.text.length || source.isOver) return length;
    yield;
  }
}
