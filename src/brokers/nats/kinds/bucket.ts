import {
  type Body,
  type Context,
  equalJson,
  isObject,
  type Json,
  type JsonObject,
  makeAddress,
  membersOf,
  overridden,
  parseAddress,
  type Resource,
  renamedFrom,
  toBigInt,
} from '../../../model/index.ts';
import { supports } from '../facts.ts';
import { type BucketFields, keyValueFields, objectStoreFields } from '../fields/bucket.ts';
import { bodyOf, mapOf } from '../fields/field.ts';
import { duplicateWindow, streamFields } from '../fields/stream.ts';
import { numberIn, toYaml } from '../fields/values.ts';
import { BUCKET_PREFIX, keySubjects, STREAM_NOUNS, streamNameOf, streamResource } from './addresses.ts';
import { consumersSchema, declareConsumers, writeConsumers } from './consumer/index.ts';
import type { Collector, NatsKind, Writer } from './kind.ts';
import { limitedDefault } from './server-limits.ts';
import { completeStream } from './stream/complete.ts';
import { stream, streamCalls, streamRisks } from './stream/index.ts';
import { moveField, originalOf, ownerOfHold } from './stream/move.ts';
import { renameField } from './stream/rename.ts';
import { completedFrom, readFields } from './yaml.ts';

/** A stream of a certain shape, with its own keys and words. */
interface Shape {
  readonly kind: 'key-value' | 'object-store';
  readonly keys: BucketFields;
  /** The configuration that clients give a new stream of this shape, beside the keys. */
  initial(name: string, spec: JsonObject): JsonObject;
}

/** `<broker>/key-value/<bucket>`. https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-8.md */
export const keyValue = bucketKind(
  {
    kind: 'key-value',
    keys: keyValueFields,
    // As nats.go does. Other clients leave `deny_delete` off, so it is not compared for existing buckets.
    initial: (name, spec) => ({
      ...(isObject(spec.mirror) ? { mirror_direct: true } : { subjects: [keySubjects(name)] }),
      discard: 'new',
      allow_rollup_hdrs: true,
      deny_delete: true,
      allow_direct: true,
    }),
  },
  {
    section: mapOf('Key-value buckets by name, without the KV_ of their streams.', 'key-value'),
    body: 'A key-value bucket.',
  },
);

/** `<broker>/object-store/<name>`. https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-20.md */
export const objectStore = bucketKind(
  {
    kind: 'object-store',
    keys: objectStoreFields,
    initial: (name) => ({
      subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
      discard: 'new',
      allow_rollup_hdrs: true,
      allow_direct: true,
    }),
  },
  {
    section: mapOf('Object stores by name, without the OBJ_ of their streams.', 'object-store'),
    body: 'An object store.',
  },
);

function bucketKind(shape: Shape, schema: { readonly section: JsonObject; readonly body: string }): NatsKind {
  const { kind, keys } = shape;
  const words = new Map(Object.entries(keys).map(([name, { api }]) => [api, name]));
  const { systemOwned: _, stillText: __, ...common } = stream;
  return {
    ...common,
    section: kind,
    schema: {
      properties: { [kind]: schema.section },
      $defs: {
        [kind]: bodyOf(
          schema.body,
          { ...keys, ...moveField, ...renameField },
          { consumers: consumersSchema },
        ),
      },
    },
    declare: (collector, section) => declareBuckets(collector, section, shape),
    toBody: (resource, writer) => ({ name: nameOf(resource), body: bodyFor(resource, shape, writer) }),
    title: (resource) => ({ title: `${STREAM_NOUNS[kind]} ${nameOf(resource)}`, detail: '' }),
    ...completer(shape),
    risks: (change, context) =>
      streamRisks(change, context).map((risk) => ({ ...risk, message: translate(risk.message, words) })),
    calls: streamCalls,
    systemOwned: ownerOfHold,
    fieldName: ([first = '', ...rest]) => [words.get(first) ?? first, ...rest].join('.'),
  };
}

function completer(shape: Shape): Pick<NatsKind, 'complete'> {
  return { complete: (resource, context) => completeBucket(resource, context, shape) };
}

function nameOf({ address }: Resource): string {
  return parseAddress(address).path[0] ?? '';
}

/** Fields of the stream become keys of the bucket. */
function translate(message: string, words: ReadonlyMap<string, string>): string {
  return message.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (word) => words.get(word) ?? word);
}

/**
 * The configuration of the stream of a bucket. Clients create these streams with different configurations, so an
 * existing bucket keeps everything that has no key in YAML.
 */
function completeBucket(resource: Resource, context: Context, shape: Shape): JsonObject {
  const known = context.live.get(resource.address);
  // What a file of another tool declares takes the live side in an import: clients give it what is beside its keys.
  const isImported = known === resource && resource.at !== undefined;
  if (known === resource && !isImported) return completeStream(resource, context);
  const current = isImported ? undefined : known;
  const renamed = renamedFrom(resource, context);
  const live = renamed ?? originalOf(resource, context) ?? current;
  const name = nameOf(resource);
  const initial = shape.initial(name, resource.spec);
  const isSameSort = live && isObject(live.spec.mirror) === isObject(resource.spec.mirror);
  const kept = isSameSort ? hiddenFields(live, shape, context) : initial;
  const hidden = renamed ? { ...kept, subjects: initial.subjects ?? [] } : kept;
  const declared = supports(context.broker, '2.10') ? resource.spec : withoutTransforms(resource.spec, name);
  const spec = { ...defaultsOf(shape), ...hidden, ...declared };
  return completeStream({ ...resource, spec: withinMaxAge(spec) }, context);
}

function hiddenFields(live: Resource, { keys }: Shape, context: Context): JsonObject {
  const { spec } = live;
  const window = limitedDefault('duplicate_window', duplicateWindow(spec, context.broker), live, context);
  const visible = new Set(Object.values(keys).flatMap(({ api, kept }) => (kept ? [] : [api])));
  return Object.fromEntries(
    Object.entries(spec).filter(
      ([name]) =>
        !visible.has(name) &&
        Object.hasOwn(streamFields, name) &&
        // A window that derives from the age limit changes with it.
        !(name === 'duplicate_window' && equalJson(spec[name] ?? 0, window)),
    ),
  );
}

/** Servers before 2.10 drop the transform that every client adds to a source, so buckets there lack it. */
function withoutTransforms(spec: JsonObject, bucket: string): JsonObject {
  if (!Array.isArray(spec.sources)) return spec;
  const sources = spec.sources.map((source: Json) => {
    if (!isObject(source)) return source;
    const { subject_transforms: transforms = null, ...rest } = source;
    return equalJson(transforms, usualTransforms(String(source.name), bucket)) ? rest : source;
  });
  return { ...spec, sources };
}

function defaultsOf({ keys }: Shape): JsonObject {
  const rows = Object.values(keys).filter(({ kept }) => !kept);
  return Object.fromEntries(rows.map((row) => [row.api, row.default]));
}

/** The server rejects a duplicate window above the age limit, which may have been lowered. */
function withinMaxAge(spec: JsonObject): JsonObject {
  const maxAge = numberIn(spec.max_age);
  return maxAge > 0n && numberIn(spec.duplicate_window) > maxAge
    ? { ...spec, duplicate_window: spec.max_age ?? 0 }
    : spec;
}

const NO_RENAME = 'an object store cannot be renamed: each of its objects contains the name of the store';
const RENAME_HINT = { hint: 'create another store, and copy the objects with a client' };

/** `key-value: { profiles: {…} }` and `object-store: { files: {…} }`, each with its consumers. */
function declareBuckets(collector: Collector, section: Body, { kind, keys }: Shape): void {
  for (const [name, written] of membersOf(section, kind)) {
    const { broker } = written.section;
    const address = makeAddress(broker, kind, name);
    const body = overridden(written, address);
    const { spec, places } = readFields(collector, body, keys, (key) => keys[key]?.api ?? key);
    if (isObject(spec.mirror)) spec.mirror = mirrorOf(spec.mirror);
    if (Array.isArray(spec.sources))
      spec.sources = spec.sources.map((source: Json) => sourceOf(source, name));
    const streamName = streamNameOf(address);
    const { move, was } = body.value;
    if (was !== undefined && kind === 'object-store')
      collector.error('bad-name', body.at, NO_RENAME, RENAME_HINT);
    const former =
      typeof was === 'string' && kind !== 'object-store' ? makeAddress(broker, kind, was) : undefined;
    collector.add(
      {
        ...streamResource(broker, streamName, spec),
        ...(move === true && { moves: true }),
        ...(former !== undefined && { was: former }),
      },
      body.at,
      places,
    );
    declareConsumers(collector, body, streamName, former && streamNameOf(former));
  }
}

/** A mirror keeps the subjects of its origin: clients read its keys under the name of the origin. */
function mirrorOf(mirror: JsonObject): Json {
  return typeof mirror.name === 'string' ? { ...mirror, name: streamOf(mirror.name) } : mirror;
}

/** Clients store copies of another bucket under the subjects of the new one. */
function sourceOf(source: Json, bucket: string): Json {
  if (!isObject(source) || typeof source.name !== 'string') return source;
  const name = streamOf(source.name);
  if (source.subject_transforms !== undefined || source.filter_subject !== undefined) {
    return { ...source, name };
  }
  return { ...source, name, subject_transforms: usualTransforms(name, bucket) };
}

/** The stream of an origin, which may be named with or without the prefix. */
function streamOf(bucket: string): string {
  return bucket.startsWith(BUCKET_PREFIX) ? bucket : BUCKET_PREFIX + bucket;
}

function bucketOf(name: string): string {
  return name.startsWith(BUCKET_PREFIX) ? name.slice(BUCKET_PREFIX.length) : name;
}

/** The transform of a source from the subjects of its origin to those of the bucket. */
function usualTransforms(origin: string, bucket: string): Json {
  return [{ src: keySubjects(bucketOf(origin)), dest: keySubjects(bucket) }];
}

function bodyFor(resource: Resource, shape: Shape, writer: Writer): JsonObject {
  const { kind, keys, initial } = shape;
  const bucket = nameOf(resource);
  const { spec } = resource;
  const body: Record<string, Json> = {};
  const fresh = completedFrom(completer(shape), resource, {}, [], writer);
  for (const [key, field] of Object.entries(keys)) {
    const value = spec[field.api];
    if (value === undefined || value === null || equalJson(value, fresh[field.api] ?? null)) continue;
    // limit_marker_ttl implies it.
    if (field.api === 'allow_msg_ttl' && toBigInt(spec.subject_delete_marker_ttl) !== 0n) continue;
    body[key] = toYaml(field, friendlyOrigins(field.api, value, bucket, writer));
  }
  if (!equalJson(spec.subjects ?? [], initial(bucket, spec).subjects ?? [])) {
    writer.notes.push(
      `${kind} ${bucket}: its stream has other subjects than a client gives it; they stay as they are`,
    );
  }
  return { ...body, ...writeConsumers(resource, writer) };
}

/** Origins by the names of their buckets, without the transforms that every client adds. */
function friendlyOrigins(api: string, value: Json, bucket: string, { broker }: Writer): Json {
  if (api === 'mirror') return isObject(value) ? { ...value, name: bucketOf(String(value.name)) } : value;
  if (api !== 'sources' || !Array.isArray(value)) return value;
  return value.map((source: Json) => {
    if (!isObject(source)) return source;
    const name = bucketOf(String(source.name));
    const { subject_transforms: transforms, ...rest } = source;
    const usual = supports(broker, '2.10') ? usualTransforms(name, bucket) : null;
    if (equalJson(transforms ?? null, usual)) return { ...rest, name };
    // An empty list means none; if omitted, the usual ones.
    return { ...rest, name, subject_transforms: transforms ?? [] };
  });
}
