import type { Mapping, TerraformKind } from '../../../../import/index.ts';
import type { Json } from '../../../../model/index.ts';
import { identify } from '../../kinds/addresses.ts';
import { fieldsOf, type PlacedField, putStream } from '../draft.ts';

export const stream: TerraformKind = {
  kind: 'stream',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('name');
    if (name === undefined) return undefined;
    if (identify(name).kind !== 'stream')
      return resource.leave('it is the stream of a bucket; brokerform import reads it from the server');
    const fields = {
      ...fieldsOf(values, {
        description: ['description', 'text'],
        metadata: ['metadata', 'table'],
        subjects: ['subjects', 'texts'],
        discard: ['discard', 'text'],
        discard_new_per_subject: ['discard_new_per_subject', 'flag'],
        max_msgs: ['max_msgs', 'whole'],
        max_msgs_per_subject: ['max_msgs_per_subject', 'whole'],
        max_bytes: ['max_bytes', 'whole'],
        max_age: ['max_age', 'seconds'],
        duplicate_window: ['duplicate_window', 'seconds'],
        max_msg_size: ['max_msg_size', 'whole'],
        storage: ['storage', 'text'],
        retention: ['retention', 'text'],
        compression: ['compression', 'text'],
        max_consumers: ['max_consumers', 'whole'],
        replicas: ['num_replicas', 'whole'],
        deny_delete: ['deny_delete', 'flag'],
        deny_purge: ['deny_purge', 'flag'],
        allow_rollup_hdrs: ['allow_rollup_hdrs', 'flag'],
        allow_direct: ['allow_direct', 'flag'],
        allow_msg_ttl: ['allow_msg_ttl', 'flag'],
        subject_delete_marker_ttl: ['subject_delete_marker_ttl', 'seconds'],
        allow_msg_counter: ['allow_msg_counter', 'flag'],
        allow_atomic: ['allow_atomic', 'flag'],
        allow_msg_schedules: ['allow_msg_schedules', 'flag'],
        allow_batched: ['allow_batched', 'flag'],
        first_seq: ['first_seq', 'whole'],
        persist_mode: ['persist_mode', 'text'],
      }),
      ...placementOf(values),
      ...acknowledgement(values),
      ...limitsOfConsumers(values),
      ...republishing(values),
      ...origins(values),
    };
    putStream(draft, name, fields, at);
    return [name];
  },
};

function acknowledgement(values: Mapping): Record<string, PlacedField> {
  return values.flag('ack') === false ? { no_ack: { value: true, at: values.at('ack') } } : {};
}

/** The provider reads the threshold back as nanoseconds, and takes seconds: no one means 30 years. */
const MOST_SECONDS = 1e9;

function limitsOfConsumers(values: Mapping): Record<string, PlacedField> {
  const pending = values.whole('max_ack_pending') ?? 0;
  const threshold = values.whole('inactive_threshold') ?? 0;
  if (pending === 0 && threshold === 0) return {};
  const value = {
    ...(pending !== 0 && { max_ack_pending: pending }),
    ...(threshold !== 0 && {
      inactive_threshold: threshold < MOST_SECONDS ? `${threshold}s` : threshold,
    }),
  };
  return { consumer_limits: { value, at: values.at('max_ack_pending') } };
}

function republishing(values: Mapping): Record<string, PlacedField> {
  const src = values.text('republish_source') ?? '';
  const dest = values.text('republish_destination') ?? '';
  const headersOnly = values.flag('republish_headers_only') === true;
  if (src === '') return {};
  const value = { src, dest, ...(headersOnly && { headers_only: true }) };
  return { republish: { value, at: values.at('republish_source') } };
}

function origins(values: Mapping): Record<string, PlacedField> {
  const [transform] = values.mappings('subject_transform');
  const [mirror] = values.mappings('mirror');
  const sources = values.mappings('source');
  const direct = values.flag('mirror_direct');
  return {
    ...(transform && { subject_transform: { value: transformOf(transform), at: transform.at() } }),
    ...(mirror && { mirror: { value: originOf(mirror), at: mirror.at() } }),
    ...(mirror &&
      direct !== undefined && { mirror_direct: { value: direct, at: values.at('mirror_direct') } }),
    ...(sources.length > 0 && { sources: { value: sources.map(originOf), at: values.at('source') } }),
  };
}

function transformOf(transform: Mapping): Json {
  return { src: transform.text('source') ?? '', dest: transform.text('destination') ?? '' };
}

function originOf(origin: Mapping): Json {
  const { filter_subject, opt_start_time, opt_start_seq, name } = fieldsOf(origin, {
    name: ['name', 'text'],
    filter_subject: ['filter_subject', 'text'],
    start_seq: ['opt_start_seq', 'whole'],
    start_time: ['opt_start_time', 'text'],
  });
  const [external] = origin.mappings('external');
  const [consumer] = origin.mappings('consumer');
  const transforms = origin.mappings('subject_transform').map(transformOf);
  const deliver = external?.text('deliver') ?? '';
  return {
    name: name?.value ?? '',
    ...(filter_subject?.value !== undefined && { filter_subject: filter_subject.value }),
    ...(opt_start_seq?.value !== undefined &&
      opt_start_seq.value !== 0 && { opt_start_seq: opt_start_seq.value }),
    ...(opt_start_time?.value !== undefined && { opt_start_time: opt_start_time.value }),
    ...(transforms.length > 0 && { subject_transforms: transforms }),
    ...(external && { external: { api: external.text('api') ?? '', ...(deliver !== '' && { deliver }) } }),
    ...(consumer && {
      consumer: {
        name: consumer.text('name') ?? '',
        deliver_subject: consumer.text('deliver_subject') ?? '',
      },
    }),
  };
}

/** Where a stream may be: three keys of the provider, one field of the API. */
function placementOf(from: Mapping): Record<string, PlacedField> {
  const cluster = from.text('placement_cluster') || undefined;
  const tags = from.texts('placement_tags').map(({ text }) => text);
  if (from.text('placement_preferred'))
    from.leave('placement_preferred', 'it only says which server leads when the stream is made');
  // As the provider does, which sends tags only with a cluster.
  if (cluster === undefined) return {};
  const value = { cluster, ...(tags.length > 0 && { tags }) };
  return { placement: { value, at: from.at('placement_cluster') } };
}

const BUCKET = {
  description: ['description', 'text'],
  storage: ['storage', 'text'],
  ttl: ['max_age', 'seconds'],
  max_bucket_size: ['max_bytes', 'whole'],
  replicas: ['num_replicas', 'whole'],
} as const;

export const keyValueBucket = bucketKind('key-value', 'KV_', (values) =>
  fieldsOf(values, {
    ...BUCKET,
    history: ['max_msgs_per_subject', 'whole'],
    max_value_size: ['max_msg_size', 'whole'],
    limit_marker_ttl: ['subject_delete_marker_ttl', 'seconds'],
  }),
);

export const objectStore = bucketKind('object-store', 'OBJ_', (values) => {
  const isCompressed = values.flag('compression') === true;
  const compression = { value: isCompressed ? 's2' : 'none', at: values.at('compression') };
  return { ...fieldsOf(values, BUCKET), compression };
});

function bucketKind(
  kind: string,
  prefix: string,
  fieldsIn: (values: Mapping) => Record<string, PlacedField>,
): TerraformKind {
  return {
    kind,
    translate(draft, resource) {
      const { values, at } = resource;
      const name = resource.text('name');
      if (name === undefined) return undefined;
      putStream(draft, prefix + name, { ...fieldsIn(values), ...placementOf(values) }, at);
      return [name];
    },
  };
}
