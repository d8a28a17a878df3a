import {
  type BrokerIdentity,
  canonicalJson,
  equalJson,
  isObject,
  type Json,
  type JsonObject,
} from '../../../model/index.ts';
import { consumerFields } from '../fields/consumer.ts';
import { type Fields, fieldIn, IDENTITY } from '../fields/field.ts';
import { isDefault, normalize } from '../fields/normalize.ts';
import { duplicateWindow, streamFields } from '../fields/stream.ts';

/** A sent configuration. */
export interface Sent {
  readonly config: JsonObject;
  readonly of: 'stream' | 'consumer';
  /** A field that this request does not change. */
  readonly ignored?: string;
}

/**
 * Sent fields that the response lacks: servers up to 2.11 silently drop unknown fields. Different values are left to the
 * comparison with the plan, which knows derived values.
 */
export function droppedFields(sent: Sent, echo: JsonObject, broker: BrokerIdentity): string[] {
  // Usually nothing is missing, and normalizing is unnecessary.
  if (droppedParts(sent.config, echo, []).length === 0) return [];
  const fields = fieldsOf(sent);
  const wanted = normal(sent, sent.config, broker);
  const kept = normal(sent, echo, broker);
  return Object.entries(wanted).flatMap(([name, value]) => {
    if (isNothing(fields, name, value)) return [];
    return isNothing(fields, name, kept[name]) ? [name] : droppedParts(value, kept[name], [name]);
  });
}

/** True if the live configuration is already as sent: the write would be a no-op. */
export function isSame(sent: Sent, live: JsonObject, broker: BrokerIdentity): boolean {
  return equalJson(normal(sent, sent.config, broker), normal(sent, live, broker));
}

function fieldsOf(sent: Sent): Fields {
  return sent.of === 'stream' ? streamFields : consumerFields;
}

function normal(sent: Sent, config: JsonObject, broker: BrokerIdentity): Record<string, Json> {
  const { filter_subject: one, ...rest } = config;
  const single = sent.of === 'consumer' && typeof one === 'string' && one !== '';
  const joined = single ? { ...rest, filter_subjects: [one] } : rest;
  const result = normalize(fieldsOf(sent), joined, broker);
  if (sent.of === 'stream' && config.duplicate_window === undefined) {
    result.duplicate_window = duplicateWindow(result, broker);
  }
  for (const name of [...IDENTITY, sent.ignored ?? '']) delete result[name];
  if (isObject(result.metadata) && Object.keys(result.metadata).length === 0) result.metadata = null;
  return result;
}

function isNothing(fields: Fields, name: string, value: Json | undefined): boolean {
  const field = fieldIn(fields, name);
  // A normalized response has no default for a field that the server does not support.
  return isEmpty(value) || (field !== undefined && isDefault(field, value));
}

/** The values that Go omits in JSON. */
function isEmpty(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false || value === 0 || value === '';
}

function droppedParts(sent: Json, kept: Json | undefined, path: readonly string[]): string[] {
  if (Array.isArray(sent)) {
    return droppedItems(sent, Array.isArray(kept) ? kept : [], path);
  }
  if (!isObject(sent) || !isObject(kept)) return [];
  return Object.entries(sent).flatMap(([name, value]) => {
    if (isEmpty(value)) return [];
    const inner = [...path, name];
    return isEmpty(kept[name]) ? [inner.join('.')] : droppedParts(value, kept[name], inner);
  });
}

/** The identity of a source, independent of its position: several can copy from one stream. */
const SOURCE_IDENTITY = ['name', 'filter_subject', 'subject_transforms', 'external'];

/** The missing parts of the items of a list. A source that the response lacks is missing as a whole. */
function droppedItems(sent: readonly Json[], kept: readonly Json[], path: readonly string[]): string[] {
  const isNamed = (item: Json): item is JsonObject => isObject(item) && typeof item.name === 'string';
  if (!sent.every(isNamed)) return sent.flatMap((item, index) => droppedParts(item, kept[index], path));
  const free = kept.filter(isNamed);
  const take = (isMeant: (other: JsonObject) => boolean) => {
    const index = free.findIndex(isMeant);
    return index === -1 ? undefined : free.splice(index, 1)[0];
  };
  const alike = sent.map((item) => take((other) => identityOf(other) === identityOf(item)));
  return sent.flatMap((item, index) => {
    const other = alike[index] ?? take(({ name }) => name === item.name);
    return other ? droppedParts(item, other, path) : [path.join('.')];
  });
}

function identityOf(source: JsonObject): string {
  return canonicalJson(SOURCE_IDENTITY.map((part) => source[part] ?? null));
}
