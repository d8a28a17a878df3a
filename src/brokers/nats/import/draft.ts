import {
  type DraftSection,
  type ForeignPlaces,
  isSet,
  type Mapping,
  type PlacedText,
} from '../../../import/index.ts';
import { type ExactInt, integer, type Json, type Source } from '../../../model/index.ts';
import { type BucketFields, keyValueFields, objectStoreFields } from '../fields/bucket.ts';
import { identify, type StreamKind } from '../kinds/addresses.ts';

/** A field of the API with the place of its value. A duration is a number of nanoseconds, or a text: `30s`. */
export interface PlacedField {
  readonly value: Json | undefined;
  readonly at: Source;
  readonly places?: ForeignPlaces;
}

/** By the names of the API. */
export type PlacedFields = Readonly<Record<string, PlacedField>>;

const BUCKETS: Readonly<Record<Exclude<StreamKind, 'stream'>, BucketFields>> = {
  'key-value': keyValueFields,
  'object-store': objectStoreFields,
};

/** Where the stream is in a section: a bucket or store stands under its own key. */
function pathOf(stream: string): readonly string[] {
  const { kind, name } = identify(stream);
  return [kind === 'stream' ? 'streams' : kind, name];
}

/** Declares a stream; what a bucket has no key for, every client gives to its stream. */
export function putStream(draft: DraftSection, name: string, fields: PlacedFields, at: Source): void {
  const { kind } = identify(name);
  const path = pathOf(name);
  draft.open(path, at);
  if (kind === 'stream') putAll(draft, path, fields);
  else
    for (const [key, { api }] of Object.entries(BUCKETS[kind])) putAll(draft, path, { [key]: fields[api] });
}

export function putConsumer(
  draft: DraftSection,
  stream: string,
  name: string,
  fields: PlacedFields,
  at: Source,
): void {
  const path = [...pathOf(stream), 'consumers', name];
  draft.open(path, at);
  putAll(draft, path, fields);
}

function putAll(
  draft: DraftSection,
  path: readonly string[],
  fields: Readonly<Record<string, PlacedField | undefined>>,
): void {
  for (const [key, field] of Object.entries(fields))
    if (field) draft.put([...path, key], field.value, field.at, field.places);
}

/** How a value is read. `duration` is a text as Go writes it, `seconds` a number of them. */
type Reading = 'text' | 'whole' | 'flag' | 'json' | 'texts' | 'table' | 'duration' | 'seconds';

/** The keys of another tool, as fields of the API; what is empty is left out. */
export function fieldsOf(
  from: Mapping,
  rows: Readonly<Record<string, readonly [api: string, as: Reading]>>,
): Record<string, PlacedField> {
  const { places } = from;
  return Object.fromEntries(
    Object.entries(rows).flatMap(([key, [api, as]]) => {
      const value = readAs(from, key, as);
      return isSet(value) ? [[api, { value, at: from.at(key), places }] as const] : [];
    }),
  );
}

function readAs(from: Mapping, key: string, as: Reading): Json | undefined {
  switch (as) {
    case 'duration':
      return goDuration(from, key);
    case 'seconds': {
      const seconds = from.whole(key);
      return seconds === undefined ? undefined : `${seconds}s`;
    }
    case 'texts':
      return from.texts(key).map(({ text }) => text);
    case 'table': {
      const table = from.mapping(key);
      return Object.fromEntries(
        (table?.keys() ?? []).flatMap((name) => {
          const value = table?.json(name);
          return value === undefined ? [] : [[name, value] as const];
        }),
      );
    }
    default:
      return from[as](key);
  }
}

/** Nanoseconds of each unit of Go. https://pkg.go.dev/time#ParseDuration */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const PART = /^(\d{1,18})(?:\.(\d{1,9}))?(ns|us|µs|ms|s|m|h)/;

/** The nanoseconds of a duration as Go writes it, `1h30m`; undefined where there is none, or a wrong one was reported. */
export function goDuration(from: Mapping, key: string, given?: PlacedText): number | ExactInt | undefined {
  const text = given?.text ?? from.text(key) ?? '';
  if (text === '') return undefined;
  if (text === '0') return 0;
  let rest = text;
  let total = 0n;
  for (let part = PART.exec(rest); part; part = PART.exec(rest)) {
    const [all, whole = '', fraction = '', unit = ''] = part;
    const scale = UNITS[unit] ?? 0n;
    total += BigInt(whole) * scale + (BigInt(fraction.padEnd(9, '0')) * scale) / 1_000_000_000n;
    rest = rest.slice(all.length);
  }
  if (rest === '') return integer(total);
  const message = `${from.path}.${key}: expected a duration like 1h30m, got ${JSON.stringify(text.slice(0, 80))}`;
  from.account.error('wrong-value', given?.at ?? from.at(key), message);
  return undefined;
}
