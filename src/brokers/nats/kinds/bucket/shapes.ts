import {
  type Context,
  equalJson,
  isObject,
  type Json,
  type JsonObject,
  type Resource,
  toBigInt,
} from '../../../../model/index.ts';
import { duplicateWindow } from '../../fields/duplicate-window.ts';
import type { Field } from '../../fields/field.ts';
import { streamFields } from '../../fields/stream.ts';
import { supports } from '../../version.ts';
import { BUCKET_PREFIX, identify, streamNameOf } from '../addresses.ts';
import { limitedDefault } from '../server-limits.ts';
import { completeStream } from '../stream/complete.ts';

/** One key of a bucket or store: the stream's field that it stands for, and how it is documented. */
interface BucketKey extends Field {
  readonly api: string;
}

/** What makes a stream a key-value bucket or an object store. */
export interface BucketShape {
  readonly kind: 'key-value' | 'object-store';
  /** By the name in YAML. */
  readonly keys: Readonly<Record<string, BucketKey>>;
  /** What a client gives the stream of a new bucket, beside what was asked for. */
  made(name: string, spec: JsonObject): JsonObject;
}

function key(api: string, doc: string, changes: Partial<Field> = {}): BucketKey {
  const field = streamFields[api];
  if (!field) throw new Error(`streams have no field ${api}`);
  return { ...field, ...changes, doc, api };
}

const common = {
  description: key('description', 'What it is for, up to 4 KiB.'),
  ttl: key('max_age', 'How long a value is kept, as 7d; 0 for ever.'),
  max_bytes: key('max_bytes', 'Most bytes of all values with their history; −1 for no limit.'),
  storage: key('storage', 'Where values are kept. It can never change.'),
  replicas: key('num_replicas', 'Servers of the cluster that keep a copy, 1 to 5.'),
  placement: key('placement', 'Which servers may hold it.'),
  compression: key('compression', 'Compresses blocks of file storage.'),
  metadata: key('metadata', 'Labels. Keys that begin with _nats. are the server’s.'),
};

/** https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-8.md */
export const keyValue: BucketShape = {
  kind: 'key-value',
  keys: {
    ...common,
    history: key('max_msgs_per_subject', 'Values kept of each key, 1 to 64.', {
      default: 1,
      minimum: 1,
      maximum: 64,
    }),
    max_value_size: key('max_msg_size', 'Largest value; −1 for no limit.'),
    limit_marker_ttl: key(
      'subject_delete_marker_ttl',
      'Leaves a marker for this long when ttl deletes a key. Allows a TTL for single keys, too.',
    ),
    // Clients differ in it, and a bucket that has it cannot lose it.
    allow_msg_ttl: key(
      'allow_msg_ttl',
      'Single keys may have a TTL; for the mirror of a bucket with limit_marker_ttl.',
      {
        kept: true,
      },
    ),
    republish: key('republish', 'Publishes each change again.'),
    mirror: key('mirror', 'Be a copy of this bucket. It can neither be added later nor changed.'),
    sources: key('sources', 'Buckets to copy from.'),
  },
  // As nats.go makes them. Other clients leave `deny_delete` off, so it is compared on no bucket that is there.
  made: (name, spec) => ({
    ...(isObject(spec.mirror) ? { mirror_direct: true } : { subjects: [keySubjects(name)] }),
    discard: 'new',
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: true,
  }),
};

/** https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-20.md */
export const objectStore: BucketShape = {
  kind: 'object-store',
  keys: common,
  made: (name) => ({
    subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
    discard: 'new',
    allow_rollup_hdrs: true,
    allow_direct: true,
  }),
};

/** The subjects of a bucket's keys. */
function keySubjects(bucket: string): string {
  return `$KV.${bucket}.>`;
}

/** The stream of a bucket that an origin names: by its own name, or with the prefix already. */
export function bucketStream(name: string): string {
  return name.startsWith(BUCKET_PREFIX) ? name : BUCKET_PREFIX + name;
}

/**
 * The stream's configuration behind a bucket. Clients differ in what they give a bucket's stream beside what its
 * user asked for; on a bucket that is there, all that YAML cannot say stays as it is.
 */
export function completeBucket(resource: Resource, context: Context, shape: BucketShape): JsonObject {
  const live = context.live.get(resource.address);
  if (live === resource) return completeStream(resource, context);
  const { name } = identify(streamNameOf(resource.address));
  const isAsMade = live && isObject(live.spec.mirror) === isObject(resource.spec.mirror);
  const hidden = isAsMade ? hiddenFields(live, shape, context) : shape.made(name, resource.spec);
  const declared = supports(context.broker, '2.10') ? resource.spec : withoutTransforms(resource.spec, name);
  const spec = { ...defaultsOf(shape), ...hidden, ...declared };
  return completeStream({ ...resource, spec: withinMaxAge(spec) }, context);
}

function hiddenFields(live: Resource, shape: BucketShape, context: Context): JsonObject {
  const { spec } = live;
  const window = limitedDefault('duplicate_window', duplicateWindow(spec, context.broker), live, context);
  const said = new Set(Object.values(shape.keys).flatMap(({ api, kept }) => (kept ? [] : [api])));
  return Object.fromEntries(
    Object.entries(spec).filter(
      ([name]) =>
        !said.has(name) &&
        Object.hasOwn(streamFields, name) &&
        // One that came from the age limit follows it.
        !(name === 'duplicate_window' && equalJson(spec[name] ?? 0, window)),
    ),
  );
}

/** Servers before 2.10 drop the transform that every client adds to a bucket's source, and buckets there lack it. */
function withoutTransforms(spec: JsonObject, bucket: string): JsonObject {
  if (!Array.isArray(spec.sources)) return spec;
  const sources = spec.sources.map((source: Json) => {
    if (!isObject(source)) return source;
    const { subject_transforms: transforms = null, ...rest } = source;
    return equalJson(transforms, usualTransforms(String(source.name), bucket)) ? rest : source;
  });
  return { ...spec, sources };
}

/** How a bucket stores under its own subjects what it copies from the stream of another one. */
export function usualTransforms(origin: string, bucket: string): Json {
  const name = origin.startsWith(BUCKET_PREFIX) ? origin.slice(BUCKET_PREFIX.length) : origin;
  return [{ src: keySubjects(name), dest: keySubjects(bucket) }];
}

function defaultsOf(shape: BucketShape): JsonObject {
  const entries = Object.values(shape.keys).filter(({ kept }) => !kept);
  return Object.fromEntries(entries.map((entry) => [entry.api, entry.default]));
}

/** The server refuses a duplicate window over the age limit, which may have become shorter. */
function withinMaxAge(spec: JsonObject): JsonObject {
  const maxAge = toBigInt(spec.max_age) ?? 0n;
  const window = toBigInt(spec.duplicate_window) ?? 0n;
  return maxAge > 0n && window > maxAge ? { ...spec, duplicate_window: spec.max_age ?? 0 } : spec;
}
