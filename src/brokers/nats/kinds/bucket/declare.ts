import { type Body, isObject, type Json, membersOf, overridden } from '../../../../model/index.ts';
import { bucketAddress, storeAddress, streamNameOf } from '../addresses.ts';
import type { Collector } from '../collector.ts';
import { readFields } from '../read-fields.ts';
import { streamResource } from '../resources.ts';
import { declareConsumers } from '../stream/declare.ts';
import { type BucketShape, bucketStream, usualTransforms } from './shapes.ts';

/** `key-value: { profiles: {…} }` and `object-store: { files: {…} }`. */
export function declareBuckets(collector: Collector, section: Body, shape: BucketShape): void {
  for (const [name, written] of membersOf(section, shape.kind)) {
    const { broker } = written.section;
    const address = (shape.kind === 'key-value' ? bucketAddress : storeAddress)(broker, name);
    const body = overridden(written, address);
    const { spec, places } = readFields(
      collector,
      body.section,
      body.value,
      shape.keys,
      (key) => shape.keys[key]?.api ?? key,
    );
    if (isObject(spec.mirror)) spec.mirror = mirrorOf(spec.mirror);
    if (Array.isArray(spec.sources))
      spec.sources = spec.sources.map((source: Json) => sourceOf(source, name));
    const stream = streamNameOf(address);
    collector.add(streamResource(broker, stream, spec), body.at, places);
    declareConsumers(collector, body, stream);
  }
}

/** A mirror keeps the subjects of its origin: its keys are read through the origin's name. */
function mirrorOf(mirror: Json): Json {
  if (!isObject(mirror) || typeof mirror.name !== 'string') return mirror;
  return { ...mirror, name: bucketStream(mirror.name) };
}

/** What comes from another bucket is stored under this one's subjects, as clients do it. */
function sourceOf(source: Json, bucket: string): Json {
  if (!isObject(source) || typeof source.name !== 'string') return source;
  const stream = bucketStream(source.name);
  if (source.subject_transforms !== undefined || source.filter_subject !== undefined) {
    return { ...source, name: stream };
  }
  return { ...source, name: stream, subject_transforms: usualTransforms(stream, bucket) };
}
