import type { DraftSection, ForeignPlaces } from '../../../import/index.ts';
import type { Json, Source } from '../../../model/index.ts';
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
