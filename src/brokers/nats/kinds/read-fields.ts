import {
  isObject,
  type Json,
  type JsonObject,
  parseDuration,
  parseSize,
  type Quantity,
  type Section,
  type Source,
} from '../../../model/index.ts';
import type { Field, Fields } from '../fields/field.ts';
import { instant } from '../fields/instant.ts';
import type { Collector } from './collector.ts';

/** What a body says, in the API's names and units, with the place of each field. */
export interface Written {
  readonly spec: Record<string, Json>;
  readonly places: Record<string, Source>;
}

/** Reads the fields of a body; keys that are no fields are for others, or for the schema, to judge. */
export function readFields(
  collector: Collector,
  section: Section,
  body: JsonObject,
  fields: Fields,
  apiName: (key: string) => string = (key) => key,
): Written {
  const written: Written = { spec: {}, places: {} };
  for (const [key, value] of Object.entries(body)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field || value === null) continue;
    const at = section.at(body, key);
    const name = apiName(key);
    written.places[name] = at;
    if (isObject(value) && field.parts) notePlaces(written.places, section, value, name);
    const read = readValue(collector, section, field, value, at);
    if (read !== undefined) written.spec[name] = read;
  }
  return written;
}

function notePlaces(
  places: Record<string, Source>,
  section: Section,
  value: JsonObject,
  prefix: string,
): void {
  for (const [key, item] of Object.entries(value)) {
    const path = `${prefix}.${key}`;
    places[path] = section.at(value, key);
    if (isObject(item)) notePlaces(places, section, item, path);
  }
}

/** Undefined where the value was reported. */
function readValue(
  collector: Collector,
  section: Section,
  field: Field,
  value: Json,
  at: Source,
): Json | undefined {
  switch (field.type) {
    case 'duration':
      return quantity(collector, value, at, (text) => parseDuration(text, 'ns'));
    case 'size':
      return quantity(collector, value, at, parseSize);
    case 'durations':
      return eachOf(section, value, (item, place) =>
        quantity(collector, item, place, (text) => parseDuration(text, 'ns')),
      );
    case 'time':
      return time(collector, value, at);
    case 'list':
      return typeof value === 'string' ? [value] : value;
    case 'table':
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
        : value;
    case 'object':
      return isObject(value) ? readFields(collector, section, value, field.parts ?? {}).spec : value;
    case 'objects':
      return eachOf(section, value, (item) =>
        isObject(item) ? readFields(collector, section, item, field.parts ?? {}).spec : item,
      );
    default:
      return value;
  }
}

function eachOf(
  section: Section,
  value: Json,
  read: (item: Json, at: Source) => Json | undefined,
): Json | undefined {
  if (!Array.isArray(value)) return value;
  return value.flatMap((item: Json, index) => {
    const one = read(item, section.at(value, index));
    return one === undefined ? [] : [one];
  });
}

function quantity(
  collector: Collector,
  value: Json,
  at: Source,
  parse: (text: string) => Quantity,
): Json | undefined {
  if (typeof value !== 'string') return value;
  const parsed = parse(value);
  if ('value' in parsed) return parsed.value;
  collector.error('bad-value', at, `"${value}": ${parsed.problem}`);
  return undefined;
}

function time(collector: Collector, value: Json, at: Source): Json | undefined {
  const read = typeof value === 'string' ? instant(value) : undefined;
  if (read !== undefined) return read;
  const hint = 'write it with its offset: 2026-01-31T08:00:00Z';
  collector.error('bad-value', at, `"${String(value)}" is not a time like 2026-01-31T08:00:00Z`, { hint });
  return undefined;
}
