import { formatDuration, formatSize, type Json, toBigInt } from '../../../model/index.ts';
import type { Field, Fields } from './field.ts';

/** A field's value as people write it in YAML; undefined where JSON says it as well. */
export function fieldText(fields: Fields, path: readonly string[], value: Json): string | undefined {
  const [name = '', ...rest] = path;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field) return undefined;
  if (rest.length > 0) return field.parts ? fieldText(field.parts, rest, value) : undefined;
  return valueText(field, value);
}

function valueText(field: Field, value: Json): string | undefined {
  if (field.unlimited && value === -1) return '-1';
  switch (field.type) {
    case 'duration':
      return toBigInt(value) === 0n ? '0' : formatDuration(value, 'ns');
    case 'size':
      return formatSize(value);
    case 'durations':
      return Array.isArray(value)
        ? `[${value.map((item) => formatDuration(item, 'ns')).join(', ')}]`
        : undefined;
    case 'list':
      return Array.isArray(value) ? `[${value.join(', ')}]` : undefined;
    default:
      return toBigInt(value)?.toString();
  }
}
