import type { Field } from './field.ts';
import { streamFields } from './stream.ts';

/** One key of a bucket or store: a field of its stream, with its own documentation. */
interface BucketField extends Field {
  /** The field of the stream. */
  readonly api: string;
}

/** By the name in YAML. */
export type BucketFields = Readonly<Record<string, BucketField>>;

function row(api: string, doc: string, changes: Partial<Field> = {}): BucketField {
  const field = streamFields[api];
  if (!field) throw new Error(`streams have no field ${api}`);
  return { ...field, ...changes, doc, api };
}

/** https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-20.md */
export const objectStoreFields: BucketFields = {
  description: row('description', 'What it is for, up to 4 KiB.'),
  ttl: row('max_age', 'How long a value is kept, as 7d; 0 for ever.'),
  max_bytes: row('max_bytes', 'Most bytes of all values with their history; −1 for no limit.'),
  storage: row('storage', 'Where values are kept. It can never change.'),
  replicas: row('num_replicas', 'Servers of the cluster that keep a copy, 1 to 5.'),
  placement: row('placement', 'Which servers may hold it.'),
  compression: row('compression', 'Compresses blocks of file storage.'),
  metadata: row('metadata', 'Labels. Keys that begin with _nats. are the server’s.'),
};

/** https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-8.md */
export const keyValueFields: BucketFields = {
  ...objectStoreFields,
  history: row('max_msgs_per_subject', 'Values kept of each key, 1 to 64.', {
    default: 1,
    minimum: 1,
    maximum: 64,
  }),
  max_value_size: row('max_msg_size', 'Largest value; −1 for no limit.'),
  limit_marker_ttl: row(
    'subject_delete_marker_ttl',
    'Leaves a marker for this long when ttl deletes a key. Allows a TTL for single keys, too.',
  ),
  // Clients differ in it, and no bucket can lose it.
  allow_msg_ttl: row(
    'allow_msg_ttl',
    'Single keys may have a TTL; for the mirror of a bucket with limit_marker_ttl.',
    { kept: true },
  ),
  republish: row('republish', 'Publishes each change again.'),
  mirror: row('mirror', 'Be a copy of this bucket. It can neither be added later nor changed.'),
  sources: row('sources', 'Buckets to copy from.'),
};
