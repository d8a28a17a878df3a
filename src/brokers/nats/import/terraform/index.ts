import { type TerraformResource, terraformFormat } from '../../../../import/index.ts';
import { consumerOf } from './consumer.ts';
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
