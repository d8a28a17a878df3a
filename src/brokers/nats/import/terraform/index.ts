import { type TerraformKind, type TerraformResource, terraformFormat } from '../../../../import/index.ts';
import { putStream } from '../draft.ts';
import { consumerOf } from './consumer.ts';
import { stream } from './stream.ts';
import { fieldsOf, placementOf } from './values.ts';

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

const COMMON = {
  description: ['description', 'text'],
  storage: ['storage', 'text'],
  ttl: ['max_age', 'seconds'],
  max_bucket_size: ['max_bytes', 'whole'],
  replicas: ['num_replicas', 'whole'],
} as const;

const keyValueBucket: TerraformKind = {
  kind: 'key-value',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('name');
    if (name === undefined) return undefined;
    const fields = fieldsOf(values, {
      ...COMMON,
      history: ['max_msgs_per_subject', 'whole'],
      max_value_size: ['max_msg_size', 'whole'],
      limit_marker_ttl: ['subject_delete_marker_ttl', 'seconds'],
    });
    putStream(draft, `KV_${name}`, { ...fields, ...placementOf(values) }, at);
    return [name];
  },
};

const objectStore: TerraformKind = {
  kind: 'object-store',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('name');
    if (name === undefined) return undefined;
    const isCompressed = values.flag('compression') === true;
    const compression = { value: isCompressed ? 's2' : 'none', at: values.at('compression') };
    const fields = { ...fieldsOf(values, COMMON), ...placementOf(values), compression };
    putStream(draft, `OBJ_${name}`, fields, at);
    return [name];
  },
};
