import {
  type BrokerIdentity,
  brokerOf,
  type Context,
  equalJson,
  formatDuration,
  formatSize,
  type ImportedFile,
  indexByAddress,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
  systemOwned,
  toBigInt,
} from '../../../model/index.ts';
import { consumerFields } from '../fields/consumer.ts';
import type { Field, Fields } from '../fields/field.ts';
import { streamFields } from '../fields/stream.ts';
import { supports } from '../version.ts';
import { BUCKET_PREFIX, consumerNameOf, identify, streamAddress, streamNameOf } from './addresses.ts';
import { type BucketShape, keyValue, objectStore, usualTransforms } from './bucket/shapes.ts';
import { kinds } from './index.ts';
import { withAllLimits } from './server-limits.ts';

const SHAPES: Readonly<Record<string, BucketShape>> = { 'key-value': keyValue, 'object-store': objectStore };

/**
 * Live resources as YAML that a person would have written: one file, as consumers stand under their streams. What has
 * its default is left out: declared without it, the stream would be the same.
 */
export function toSections(resources: readonly Resource[], identity: BrokerIdentity): ImportedFile[] {
  const broker = withAllLimits(identity);
  const system = systemOwned(indexByAddress(resources), kinds);
  const kept = completed(resources, broker).filter(({ address }) => !system.has(address));
  const notes: string[] = [];
  const consumers = consumersByStream(kept);
  const sections: Record<string, Record<string, Json>> = {};
  for (const resource of kept) {
    const kind = kindOf(resource.address);
    if (kind === 'consumer') continue;
    const stream = streamNameOf(resource.address);
    const { name } = identify(stream);
    const shape = SHAPES[kind];
    const body = shape ? bucketBody(resource, shape, broker, notes) : streamBody(resource, broker);
    const own = consumers.get(resource.address);
    consumers.delete(resource.address);
    const key = kind === 'stream' ? 'streams' : kind;
    const section = sections[key] ?? {};
    sections[key] = section;
    section[name] = own ? { ...body, consumers: consumerBodies(own, resource, broker) } : body;
  }
  const orphans = [...consumers.values()].flat().length;
  if (orphans > 0) {
    const text =
      orphans === 1
        ? '1 consumer left out: its stream is'
        : `${orphans} consumers left out: their streams are`;
    notes.push(`${text} not among what was read`);
  }
  if (Object.keys(sections).length === 0 && notes.length === 0) return [];
  return [{ name: 'streams', section: sections, notes }];
}

function completed(resources: readonly Resource[], broker: BrokerIdentity): Resource[] {
  const context: Context = { broker, desired: new Map(), live: indexByAddress(resources) };
  return resources.map((resource) => {
    const spec = kinds[kindOf(resource.address)]?.complete(resource, context);
    return spec ? { ...resource, spec } : resource;
  });
}

function consumersByStream(resources: readonly Resource[]): Map<string, Resource[]> {
  const byStream = new Map<string, Resource[]>();
  for (const resource of resources) {
    if (kindOf(resource.address) !== 'consumer') continue;
    const stream = streamAddress(brokerOf(resource.address), streamNameOf(resource.address));
    byStream.set(stream, [...(byStream.get(stream) ?? []), resource]);
  }
  return byStream;
}

/** What this resource would be if nothing at all were declared of it but what is in `told`. */
function withoutDeclaration(
  resource: Resource,
  told: JsonObject,
  others: readonly Resource[],
  broker: BrokerIdentity,
) {
  const bare = { ...resource, spec: told };
  const context: Context = { broker, desired: indexByAddress([...others, bare]), live: new Map() };
  return kinds[kindOf(resource.address)]?.complete(bare, context) ?? told;
}

function streamBody(resource: Resource, broker: BrokerIdentity): JsonObject {
  return differing(resource, streamFields, [], broker);
}

function consumerBodies(
  consumers: readonly Resource[],
  stream: Resource,
  broker: BrokerIdentity,
): JsonObject {
  return Object.fromEntries(
    consumers.map((consumer) => {
      const body = differing(consumer, consumerFields, [stream], broker);
      const filters = body.filter_subjects;
      const { filter_subjects: _, ...rest } = body;
      const one: JsonObject =
        Array.isArray(filters) && filters.length === 1
          ? { ...rest, filter_subject: filters[0] ?? null }
          : body;
      return [consumerNameOf(consumer.address), one];
    }),
  );
}

/**
 * The fields without which the resource would be another one. Some fields derive from others, so each is left out
 * only if, with all others told, it would come out the same.
 */
function differing(
  resource: Resource,
  fields: Fields,
  others: readonly Resource[],
  broker: BrokerIdentity,
): Record<string, Json> {
  const isEnough = (told: JsonObject) =>
    equalJson(withoutDeclaration(resource, told, others, broker), resource.spec);
  const fresh = withoutDeclaration(resource, {}, others, broker);
  const unlikeFresh = Object.entries(resource.spec).filter(
    ([name, value]) => !equalJson(value, fresh[name] ?? null),
  );
  // Nearly always what differs from a fresh one is enough to tell; what cancels a derived value is not.
  let told: JsonObject = Object.fromEntries(unlikeFresh);
  if (!isEnough(told)) told = resource.spec;
  for (const name of Object.keys(told)) {
    const { [name]: _, ...rest } = told;
    if (isEnough(rest)) told = rest;
  }
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return field && value !== null ? [[name, written(field, value)] as const] : [];
    }),
  );
}

function bucketBody(
  resource: Resource,
  shape: BucketShape,
  broker: BrokerIdentity,
  notes: string[],
): JsonObject {
  const { path } = parseAddress(resource.address);
  const [bucket = ''] = path;
  const body: Record<string, Json> = {};
  const fresh = withoutDeclaration(resource, {}, [], broker);
  for (const [key, field] of Object.entries(shape.keys)) {
    const value = resource.spec[field.api];
    if (value === undefined || value === null || equalJson(value, fresh[field.api] ?? null)) continue;
    // Markers bring it along.
    if (field.api === 'allow_msg_ttl' && toBigInt(resource.spec.subject_delete_marker_ttl) !== 0n) continue;
    body[key] = written(field, friendly(field.api, value, bucket, broker));
  }
  const subjects = shape.made(bucket, resource.spec).subjects ?? [];
  if (!equalJson(resource.spec.subjects ?? [], subjects)) {
    notes.push(
      `${shape.kind} ${bucket}: its stream has other subjects than a client gives it; they stay as they are`,
    );
  }
  return body;
}

/** Origins by the names of their buckets, without the transforms that every client adds. */
function friendly(api: string, value: Json, bucket: string, broker: BrokerIdentity): Json {
  if (api === 'mirror') return isObject(value) ? { ...value, name: originName(value) } : value;
  if (api !== 'sources' || !Array.isArray(value)) return value;
  return value.map((source: Json) => {
    if (!isObject(source)) return source;
    const name = originName(source);
    const { subject_transforms: transforms, ...rest } = source;
    const usual = supports(broker, '2.10') ? usualTransforms(name, bucket) : null;
    if (equalJson(transforms ?? null, usual)) return { ...rest, name };
    // An empty list says that there are none; left out, they are the usual ones.
    return { ...rest, name, subject_transforms: transforms ?? [] };
  });
}

function originName(origin: JsonObject): string {
  const name = String(origin.name);
  return name.startsWith(BUCKET_PREFIX) ? name.slice(BUCKET_PREFIX.length) : name;
}

/** A value as people write it. */
function written(field: Field, value: Json): Json {
  switch (field.type) {
    case 'duration':
      return toBigInt(value) === 0n ? 0 : (formatDuration(value, 'ns') ?? value);
    case 'durations':
      return Array.isArray(value) ? value.map((item: Json) => formatDuration(item, 'ns') ?? item) : value;
    case 'size':
      return formatSize(value) ?? value;
    case 'object':
      return isObject(value) ? parts(field, value) : value;
    case 'objects':
      return Array.isArray(value)
        ? value.map((item: Json) => (isObject(item) ? parts(field, item) : item))
        : value;
    default:
      return value;
  }
}

function parts(field: Field, value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const part = field.parts?.[name];
      if (!part) return [[name, item] as const];
      return equalJson(item, part.default) ? [] : [[name, written(part, item)] as const];
    }),
  );
}
