import { canonicalJson, isObject, type Json, type JsonObject, sortedKeys } from './json.ts';

/** How data is laid out as text. */
interface Layout {
  keys(value: JsonObject): readonly string[];
  /** What stands before an item, or the end, of a list or object at this depth. */
  line(depth: number): string;
  readonly colon: string;
  /** What is not taken apart. */
  text(value: Json, depth: number): string;
}

const CANONICAL: Layout = {
  keys: sortedKeys,
  line: () => '',
  colon: ':',
  text: canonicalJson,
};

/** {@link canonicalJson} in parts, for data whose text is too large to be held as a whole. */
export function canonicalParts(value: Json): Generator<string> {
  return joined(parts(value, CANONICAL, 0, false));
}

/**
 * `JSON.stringify(value, undefined, indent)` in parts, of data: nothing in it has a `toJSON`.
 * @param indent 1 to 10
 */
export function jsonParts(value: Json, indent: number): Generator<string> {
  const line = (depth: number) => `\n${' '.repeat(depth * indent)}`;
  const layout: Layout = {
    keys: (object) => Object.keys(object).filter((key) => object[key] !== undefined),
    line,
    colon: ': ',
    // Line breaks inside strings are escaped, so each one that is there begins a line.
    text: (item, depth) => JSON.stringify(item, undefined, indent).replaceAll('\n', line(depth)),
  };
  return joined(parts(value, layout, 0, false));
}

function* parts(value: Json, layout: Layout, depth: number, isInList: boolean): Generator<string> {
  const isList = Array.isArray(value);
  // Only lists grow: what a member of one holds is small.
  if (!isList && (isInList || !isObject(value))) return yield layout.text(value, depth);
  const keys = isList ? value.keys() : layout.keys(value as JsonObject);
  let separator = isList ? '[' : '{';
  const open = separator;
  for (const key of keys) {
    const item = (value as JsonObject)[key] as Json;
    const name = isList ? '' : `${JSON.stringify(key)}${layout.colon}`;
    yield `${separator}${layout.line(depth + 1)}${name}`;
    yield* parts(item, layout, depth + 1, isList);
    separator = ',';
  }
  const close = isList ? ']' : '}';
  yield separator === open ? `${open}${close}` : `${layout.line(depth)}${close}`;
}

/** Characters, about. */
const PART = 65_536;

/** Few large parts instead of many small ones: each costs its receiver a call. */
function* joined(texts: Iterable<string>): Generator<string> {
  let part = '';
  for (const text of texts) {
    part += text;
    if (part.length < PART) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}
