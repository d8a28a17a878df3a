/** Plain JSON data: what specs, calls and plans are made of, so that they can be saved and compared. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * An integer that a double cannot hold (beyond ±2^53). It stays exact through YAML, specs, plans and calls;
 * {@link printJson} writes it as a plain JSON number.
 */
export type ExactInt = { readonly $int: string };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isExactInt(value: unknown): value is ExactInt {
  return isObject(value) && typeof value.$int === 'string';
}

/** An object whose keys mean something: no {@link ExactInt}. */
export function isMapping(value: unknown): value is JsonObject {
  return isObject(value) && !isExactInt(value);
}

/** Without a list of the keys for the sake of one. */
export function hasKeys(value: JsonObject): boolean {
  for (const _ in value) return true;
  return false;
}

/** Keys that would be taken for JavaScript's prototype, or for brokerform's own marks of exact integers and secrets. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', '$int', '$secret']);

export function isReservedKey(key: string): boolean {
  return RESERVED_KEYS.has(key);
}

/** A number where a double holds it exactly, else an {@link ExactInt}. */
export function integer(value: bigint): number | ExactInt {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : { $int: value.toString() };
}

/** The integer value of a number or {@link ExactInt}; undefined for anything else. */
export function toBigInt(value: Json | undefined): bigint | undefined {
  if (isExactInt(value)) return BigInt(value.$int);
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** The same data with other values in place of some. @param replaced undefined for a value that stays, or is looked into */
export function mapJson(value: Json, replaced: (value: Json) => Json | undefined): Json {
  const own = replaced(value);
  if (own !== undefined) return own;
  if (Array.isArray(value)) return value.map((item: Json) => mapJson(item, replaced));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapJson(item, replaced)]));
}

/** JSON text with sorted keys: equal data gives equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = sortedKeys(value).map(
    (key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`,
  );
  return `{${members.join(',')}}`;
}

/** The keys that have a value, in the order of {@link canonicalJson}. */
export function sortedKeys(value: JsonObject): string[] {
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
}

/** Same data, whatever the order of the keys; a missing key equals an undefined one. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  // Plain loops: every field of every resource passes here.
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equalJson(a[i], b[i])) return false;
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (!equalJson(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false;
  return true;
}

/** The digits from which on an integer may be beyond ±2^53. */
const LONG = 16;
const STRING_OR_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/**
 * Parses JSON text and keeps integers beyond ±2^53 exact, as {@link ExactInt}.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseJson(text: string): Json {
  if (!hasLongDigits(text)) return JSON.parse(text) as Json;
  const tagged = text.replace(STRING_OR_INTEGER, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `{"$int":"${token}"}`,
  );
  return JSON.parse(tagged) as Json;
}

/** Whether the text has {@link LONG} digits in a row: of such a row, a look at every 16th character meets one. */
function hasLongDigits(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text, at)) continue;
    let [start, end] = [at, at + 1];
    while (isDigit(text, start - 1)) start--;
    while (isDigit(text, end)) end++;
    if (end - start >= LONG) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * The 1-based line and column of the first character that cannot be JSON; the end of a text that is truncated.
 * `JSON.parse` reports a position for some errors only, so the longest valid beginning is searched for.
 */
export function locateJsonError(text: string): { line: number; col: number } {
  let valid = 0;
  let invalid = text.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isJsonBeginning(text.slice(0, middle))) valid = middle;
    else invalid = middle;
  }
  const before = text.slice(0, valid);
  return { line: before.split('\n').length, col: valid - before.lastIndexOf('\n') };
}

function isJsonBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('end of JSON')) return true;
    return Number(/position (\d+)/.exec(message)?.[1] ?? -1) >= text.length;
  }
}

// Quotes inside a JSON string are escaped, so this text can only be the tagged object itself.
const TAGGED_INTEGER = /\{"\$int":"(-?\d+)"\}/g;

/** JSON text as a broker wants it: an {@link ExactInt} becomes a number with all its digits. */
export function printJson(value: Json): string {
  return JSON.stringify(value).replace(TAGGED_INTEGER, '$1');
}
