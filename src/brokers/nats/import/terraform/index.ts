import {
  type Mapping,
  type TerraformKind,
  type TerraformResource,
  terraformFormat,
} from '../../../../import/index.ts';
import { fieldsOf, type PlacedField, putConsumer } from '../draft.ts';
import { keyValueBucket, objectStore, stream } from './stream.ts';

/**
 * Resources of the Terraform provider nats-io/jetstream, 0.0.20 to 0.4.
 * https://registry.terraform.io/providers/nats-io/jetstream
 */
export const terraform = terraformFormat({
  prefixes: ['jetstream_'],
  kinds: (all) => ({
    jetstream_consumer: consumerOf(streamsAmong(all)),
    jetstream_kv_bucket: keyValueBucket,
    jetstream_obj_bucket: objectStore,
    jetstream_stream: stream,
  }),
  left: { jetstream_kv_entry: 'an entry of a bucket is data' },
});

/** The names of streams by the addresses of their resources, with those of buckets. */
function streamsAmong(all: readonly TerraformResource[]): ReadonlyMap<string, string> {
  const prefixes: Readonly<Record<string, string>> = {
    jetstream_kv_bucket: 'KV_',
    jetstream_obj_bucket: 'OBJ_',
    jetstream_stream: '',
  };
  return new Map(
    all.flatMap(({ address, type, values }) => {
      const { name } = values.value;
      const prefix = prefixes[type];
      return typeof name === 'string' && prefix !== undefined ? [[address, prefix + name] as const] : [];
    }),
  );
}

/** A stream’s resource has this before the name in its id, which is what a consumer refers to. */
const ID_PREFIX = /^JETSTREAM_STREAM_/;

/** @param streams by the addresses of their resources */
function consumerOf(streams: ReadonlyMap<string, string>): TerraformKind {
  const known = new Set(streams.values());
  return {
    kind: 'consumer',
    translate(draft, resource) {
      const { values, at } = resource;
      const name = resource.text('durable_name');
      const stream = streamOf(resource, streams);
      if (name === undefined || stream === undefined) return undefined;
      // A section that names a stream declares it, with what it says and all defaults.
      if (!known.has(stream))
        return resource.leave(
          `its stream ${stream} is not among the files, and a consumer stands in its stream`,
        );
      const fields = {
        ...fieldsOf(values, {
          description: ['description', 'text'],
          metadata: ['metadata', 'table'],
          delivery_subject: ['deliver_subject', 'text'],
          delivery_group: ['deliver_group', 'text'],
          ack_policy: ['ack_policy', 'text'],
          ack_wait: ['ack_wait', 'seconds'],
          max_delivery: ['max_deliver', 'whole'],
          filter_subject: ['filter_subject', 'text'],
          filter_subjects: ['filter_subjects', 'texts'],
          replay_policy: ['replay_policy', 'text'],
          ratelimit: ['rate_limit_bps', 'whole'],
          max_ack_pending: ['max_ack_pending', 'whole'],
          heartbeat: ['idle_heartbeat', 'seconds'],
          flow_control: ['flow_control', 'flag'],
          headers_only: ['headers_only', 'flag'],
          max_batch: ['max_batch', 'whole'],
          max_expires: ['max_expires', 'seconds'],
          max_bytes: ['max_bytes', 'whole'],
          inactive_threshold: ['inactive_threshold', 'seconds'],
          replicas: ['num_replicas', 'whole'],
          memory: ['mem_storage', 'flag'],
          priority_policy: ['priority_policy', 'text'],
          priority_groups: ['priority_groups', 'texts'],
          priority_timeout: ['priority_timeout', 'seconds'],
        }),
        ...waiting(values),
        ...sampling(values),
        ...backoff(values),
        ...start(values),
      };
      putConsumer(draft, stream, name, fields, at);
      return [stream, name];
    },
  };
}

/** A plan does not know the id of a stream that is still to be made, but which resource it is of. */
function streamOf(resource: TerraformResource, streams: ReadonlyMap<string, string>): string | undefined {
  const { values } = resource;
  if (!values.has('stream_id')) {
    for (const reference of resource.references('stream_id')) {
      const stream = streams.get(reference.replace(/\.(id|name)$/, ''));
      if (stream !== undefined) return stream;
    }
  }
  return resource.text('stream_id')?.replace(ID_PREFIX, '');
}

/** Pull consumers only; 0 is the default of the server. */
function waiting(values: Mapping): Record<string, PlacedField> {
  const value = values.whole('max_waiting') ?? 0;
  return value === 0 ? {} : { max_waiting: { value, at: values.at('max_waiting') } };
}

function sampling(values: Mapping): Record<string, PlacedField> {
  const value = values.whole('sample_freq') ?? 0;
  return value === 0 ? {} : { sample_freq: { value: `${value}`, at: values.at('sample_freq') } };
}

function backoff(values: Mapping): Record<string, PlacedField> {
  const list = values.json('backoff');
  if (!Array.isArray(list) || list.length === 0) return {};
  const value = list.map((item) => (typeof item === 'number' ? `${item}s` : String(item)));
  return { backoff: { value, at: values.at('backoff') } };
}

const POLICIES = {
  deliver_all: 'all',
  deliver_last: 'last',
  deliver_new: 'new',
  deliver_last_per_subject: 'last_per_subject',
} as const;

/** Where the consumer begins: one of six keys is set. */
function start(values: Mapping): Record<string, PlacedField> {
  const found: Record<string, PlacedField> = {};
  for (const [key, policy] of Object.entries(POLICIES)) {
    if (values.flag(key) === true) found.deliver_policy = { value: policy, at: values.at(key) };
  }
  const sequence = values.whole('stream_sequence') ?? 0;
  const time = values.text('start_time') ?? '';
  if (found.deliver_policy) return found;
  if (sequence > 0) {
    const at = values.at('stream_sequence');
    return {
      deliver_policy: { value: 'by_start_sequence', at },
      opt_start_seq: { value: sequence, at },
    };
  }
  if (time === '') return found;
  const at = values.at('start_time');
  return { deliver_policy: { value: 'by_start_time', at }, opt_start_time: { value: time, at } };
}
