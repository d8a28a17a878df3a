import type { TerraformKind } from '../../../../import/index.ts';
import { putStream } from '../draft.ts';
import { fieldsOf, placementOf } from './values.ts';

const COMMON = {
  description: ['description', 'text'],
  storage: ['storage', 'text'],
  ttl: ['max_age', 'seconds'],
  max_bucket_size: ['max_bytes', 'whole'],
  replicas: ['num_replicas', 'whole'],
} as const;

export const keyValueBucket: TerraformKind = {
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

export const objectStore: TerraformKind = {
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
