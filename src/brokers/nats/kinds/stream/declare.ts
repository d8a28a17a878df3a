import { type Body, membersOf, overridden } from '../../../../model/index.ts';
import { consumerFields } from '../../fields/consumer.ts';
import { streamFields } from '../../fields/stream.ts';
import { BUCKET_PREFIX, consumerAddress, identify, STORE_PREFIX, streamAddress } from '../addresses.ts';
import type { Collector } from '../collector.ts';
import { readFields } from '../read-fields.ts';
import { consumerResource, streamResource } from '../resources.ts';

/** `streams: { ORDERS: {…} }`, each with its consumers. */
export function declareStreams(collector: Collector, section: Body): void {
  for (const [name, written] of membersOf(section, 'streams')) {
    if (isNotAStream(collector, name, written)) continue;
    const { broker } = written.section;
    const body = overridden(written, streamAddress(broker, name));
    const { spec, places } = readFields(collector, body.section, body.value, streamFields);
    collector.add(streamResource(broker, name, spec), body.at, places);
    declareConsumers(collector, body, name);
  }
}

/** `consumers: { order-processor: {…} }` of a stream, bucket or store. `stream`: its full name. */
export function declareConsumers(collector: Collector, owner: Body, stream: string): void {
  for (const [name, written] of membersOf(owner, 'consumers')) {
    const { broker } = written.section;
    const body = overridden(written, consumerAddress(broker, stream, name));
    const { spec, places } = readFields(collector, body.section, body.value, consumerFields);
    const [one, several] = [places.filter_subject, places.filter_subjects];
    if (one && several) {
      collector.error('given-twice', several, '"filter_subject" and "filter_subjects" are both given', {
        hint: 'put the subject among the others',
        related: [one],
      });
    }
    // Both are one field once completed.
    const filterAt = several ?? one;
    collector.add(
      consumerResource(broker, stream, name, spec),
      body.at,
      filterAt ? { ...places, filter_subjects: filterAt } : places,
    );
  }
}

function isNotAStream(collector: Collector, name: string, { at }: Body): boolean {
  const { kind, name: bucket } = identify(name);
  if (kind !== 'stream') {
    const prefix = kind === 'key-value' ? BUCKET_PREFIX : STORE_PREFIX;
    const noun = kind === 'key-value' ? 'a key-value bucket' : 'an object store';
    collector.error('bucket-as-stream', at, `a stream whose name begins with ${prefix} is ${noun}`, {
      hint: `declare it as ${JSON.stringify(bucket)} under "${kind}"`,
    });
    return true;
  }
  if (!name.startsWith('$')) return false;
  collector.error(
    'reserved-name',
    at,
    `"${name}" cannot be declared: names that begin with $ are the server's own`,
  );
  return true;
}
