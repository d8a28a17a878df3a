import { type BrokerIdentity, isObject, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import {
  count,
  duration,
  type Field,
  type Fields,
  flag,
  immutableBefore,
  immutableMessageTtl,
  immutableMirror,
  immutableRetention,
  list,
  MINUTE,
  onceOn,
  text,
  time,
} from './field.ts';
import { numberIn } from './values.ts';

/*
 * All fields of the configuration of a stream: `StreamConfig` in server/stream.go, checked against 2.9, 2.10, 2.11, 2.12,
 * 2.14 and 2.15. https://docs.nats.io/nats-concepts/jetstream/streams#configuration
 */

const DUPLICATE_WINDOW = 2 * MINUTE;

const limit = { type: 'integer', default: -1, unlimited: true, minimum: -1 } as const;

const transformParts: Fields = {
  src: { ...text, doc: 'Subjects that are transformed; all where it is left out.' },
  dest: { ...text, doc: 'What they become, with $1 or {{wildcard(1)}} for wildcards.' },
};

const transform: Field = {
  type: 'object',
  default: null,
  since: '2.10',
  parts: transformParts,
  required: ['dest'],
  doc: 'Rewrites the subject of each message before it is stored.',
};

const sourceParts: Fields = {
  name: { ...text, doc: 'The stream to copy from.' },
  opt_start_seq: { type: 'integer', default: null, minimum: 1, doc: 'First sequence to copy.' },
  opt_start_time: { ...time, doc: 'Copy what was stored at this time and later.' },
  filter_subject: { ...text, doc: 'Copy only messages on these subjects.' },
  subject_transforms: {
    type: 'objects',
    default: null,
    since: '2.10',
    parts: transformParts,
    doc: 'Copies these subjects only, each under the subject that its transform makes.',
  },
  external: {
    type: 'object',
    default: null,
    parts: {
      api: { ...text, doc: 'API prefix of the other account or domain: $JS.hub.API.' },
      deliver: { ...text, doc: 'Prefix of the subjects that messages are delivered on.' },
    },
    required: ['api'],
    doc: 'Where the stream is, when it is in another account or JetStream domain.',
  },
  consumer: {
    type: 'object',
    default: null,
    since: '2.14',
    parts: {
      name: { ...text, doc: 'The durable consumer on the origin to copy by.' },
      deliver_subject: { ...text, doc: 'The subject that it delivers to.' },
    },
    required: ['name', 'deliver_subject'],
    doc: 'Copies through a durable consumer that is there already.',
  },
};

export const streamFields: Fields = {
  description: { ...text, doc: 'Description, up to 4 KiB.' },
  subjects: {
    ...list,
    doc: "Subjects whose messages it stores; * and > are wildcards. By default the stream's own name. A mirror has none.",
  },
  retention: {
    type: 'choice',
    default: 'limits',
    choices: { limits: null, interest: null, workqueue: null },
    immutable: immutableRetention,
    doc: 'When a message goes: at a limit, once every consumer acknowledged it, or once one consumer did.',
  },
  max_consumers: {
    ...limit,
    doc: 'Maximum number of consumers; −1 for no limit.',
    immutable: immutableBefore('2.12.5'),
  },
  max_msgs: { ...limit, doc: 'Maximum number of messages; −1 for no limit.' },
  max_bytes: { ...limit, type: 'size', doc: 'Maximum size, such as 10GiB; −1 for no limit.' },
  max_age: { ...duration, doc: 'Oldest age of a message, as 7d; 0 for no limit.' },
  max_msgs_per_subject: { ...limit, doc: 'Maximum number of messages for each subject; −1 for no limit.' },
  max_msg_size: {
    ...limit,
    type: 'size',
    doc: 'Maximum size of a message with its headers; −1 for no limit.',
  },
  discard: {
    type: 'choice',
    default: 'old',
    choices: { old: null, new: null },
    doc: 'At a limit, delete the oldest message, or refuse the new one.',
  },
  discard_new_per_subject: {
    ...flag,
    doc: 'Refuse new messages at max_msgs_per_subject too; with discard: new.',
  },
  storage: {
    type: 'choice',
    default: 'file',
    choices: { file: null, memory: null },
    immutable: 'the storage of a stream never changes',
    doc: 'Where messages are kept. It can never change.',
  },
  num_replicas: {
    type: 'integer',
    default: 1,
    minimum: 1,
    maximum: 5,
    doc: 'Servers of the cluster that keep a copy, 1 to 5.',
  },
  no_ack: { ...flag, doc: 'Publishers get no acknowledgement.' },
  duplicate_window: {
    type: 'duration',
    default: DUPLICATE_WINDOW,
    minimum: 0,
    doc: 'How long a Nats-Msg-Id is remembered. By default 2m, or max_age where that is shorter.',
  },
  placement: {
    type: 'object',
    default: null,
    parts: {
      cluster: { ...text, doc: 'The cluster to be in.' },
      tags: { ...list, doc: 'Tags that its servers must have.' },
    },
    doc: 'Which servers may hold the stream.',
  },
  mirror: {
    type: 'object',
    default: null,
    parts: sourceParts,
    required: ['name'],
    immutable: immutableMirror,
    doc: 'Be a copy of this stream. It can neither be added later nor changed.',
  },
  sources: {
    type: 'objects',
    default: null,
    parts: sourceParts,
    required: ['name'],
    doc: 'Streams to copy messages from, beside its own subjects.',
  },
  compression: {
    type: 'choice',
    default: 'none',
    since: '2.10',
    choices: { none: null, s2: null },
    doc: 'Compresses blocks of file storage.',
  },
  first_seq: {
    ...count,
    since: '2.10',
    kept: true,
    immutable: 'it is only read at creation',
    doc: 'The sequence of the first message. Read when the stream is made, never after.',
  },
  subject_transform: transform,
  republish: {
    type: 'object',
    default: null,
    parts: {
      src: {
        type: 'text',
        default: '>',
        doc: 'Subjects that are published again; all where it is left out.',
      },
      dest: { ...text, doc: 'The subject that they are published on.' },
      headers_only: { ...flag, doc: 'Without the body.' },
    },
    required: ['dest'],
    immutable: immutableBefore('2.10'),
    doc: 'Publishes each message again once it is stored.',
  },
  allow_direct: { ...flag, doc: 'Any replica answers reads of single messages.' },
  mirror_direct: {
    ...flag,
    doc: "A mirror answers reads of its origin's messages. The server takes it from the origin's allow_direct.",
  },
  sealed: { ...flag, doc: 'Nothing goes in or out any more. Cannot be undone.', immutable: onceOn },
  deny_delete: { ...flag, doc: 'No message can be deleted by the API. Cannot be undone.', immutable: onceOn },
  deny_purge: {
    ...flag,
    doc: 'The stream cannot be purged by the API. Cannot be undone.',
    immutable: onceOn,
  },
  allow_rollup_hdrs: { ...flag, doc: 'A message with a Nats-Rollup header replaces those before it.' },
  consumer_limits: {
    type: 'object',
    default: {},
    since: '2.10',
    parts: {
      inactive_threshold: { ...duration, doc: 'Default and most for inactive_threshold of its consumers.' },
      max_ack_pending: { ...count, doc: 'Default and most for max_ack_pending of its consumers.' },
    },
    doc: 'Defaults and limits of the consumers.',
  },
  allow_msg_ttl: {
    ...flag,
    since: '2.11',
    immutable: immutableMessageTtl,
    doc: 'A Nats-TTL header limits the age of its message. Cannot be undone; before 2.12 not turned on later either.',
  },
  subject_delete_marker_ttl: {
    ...duration,
    since: '2.11',
    doc: 'Leaves a marker for this long when max_age deletes the last message of a subject.',
  },
  allow_msg_counter: {
    ...flag,
    since: '2.12',
    doc: 'Each subject is a counter. It can never change.',
    immutable: 'it can only be set at creation',
  },
  allow_atomic: { ...flag, since: '2.12', doc: 'Batches are published whole or not at all.' },
  allow_msg_schedules: {
    ...flag,
    since: '2.12',
    doc: 'Messages may be scheduled. Cannot be undone.',
    immutable: onceOn,
  },
  persist_mode: {
    type: 'choice',
    default: 'default',
    since: '2.12',
    choices: { default: null, async: null },
    immutable: 'it can only be set at creation',
    doc: 'Whether a write is on disk before it is acknowledged. It can never change.',
  },
  allow_batched: { ...flag, since: '2.14', doc: 'Fast batches may be published.' },
  metadata: {
    type: 'table',
    default: {},
    since: '2.10',
    doc: 'Labels. Keys that begin with _nats. are the server’s.',
  },
};

/** The default `duplicate_window`, in nanoseconds, of a server without its own limit. */
export function duplicateWindow(spec: JsonObject, broker: Pick<BrokerIdentity, 'version'>): number {
  if (isObject(spec.mirror)) return 0;
  // Since 2.14, 0 for a stream with sources; before, the same default as for any other.
  if (Array.isArray(spec.sources) && atLeast(broker, '2.14')) return 0;
  const { max_age: given } = spec;
  // A double is exact below the default, and every stream passes here several times.
  const maxAge = typeof given === 'number' ? given : Number(numberIn(given));
  return maxAge > 0 && maxAge < DUPLICATE_WINDOW ? maxAge : DUPLICATE_WINDOW;
}
