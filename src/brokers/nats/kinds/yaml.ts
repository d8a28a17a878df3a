import {
  type Body,
  type Context,
  equalJson,
  indexByAddress,
  isObject,
  type Json,
  type JsonObject,
  type Kind,
  parseDuration,
  parseSize,
  type Quantity,
  type Resource,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { type Field, type Fields, fieldIn } from '../fields/field.ts';
import { instant, toYaml } from '../fields/values.ts';
import type { Collector, Tables, Writer } from './kind.ts';

/** The declared fields of a body, under the names and in the units of the API, with the place of each. */
interface Written {
  readonly spec: Record<string, Json>;
  readonly places: Record<string, Source>;
}

/** Reads the fields of a body. Other keys are left to the schema and to other readers. */
export function readFields(
  collector: Collector,
  { section, value: body }: Pick<Body, 'section' | 'value'>,
  fields: Fields,
  apiName: (key: string) => string = (key) => key,
): Written {
  const written: Written = { spec: {}, places: {} };
  for (const [key, value] of Object.entries(body)) {
    const field = fieldIn(fields, key);
    if (!field || value === null) continue;
    const at = section.at(body, key);
    const name = apiName(key);
    written.places[name] = at;
    if (isObject(value) && field.parts) recordPlaces(written.places, section, value, name);
    const read = readValue(collector, section, field, value, at);
    if (read !== undefined) written.spec[name] = read;
  }
  return written;
}

function recordPlaces(
  places: Record<string, Source>,
  section: Section,
  value: JsonObject,
  prefix: string,
): void {
  for (const [key, item] of Object.entries(value)) {
    const path = `${prefix}.${key}`;
    places[path] = section.at(value, key);
    if (isObject(item)) recordPlaces(places, section, item, path);
  }
}

/** Undefined if the value was reported. */
function readValue(
  collector: Collector,
  section: Section,
  field: Field,
  value: Json,
  at: Source,
): Json | undefined {
  const readParts = (item: Json) =>
    isObject(item) ? readFields(collector, { section, value: item }, field.parts ?? {}).spec : item;
  const readDuration = (item: Json, place: Source) =>
    readQuantity(collector, item, place, (text) => parseDuration(text, 'ns'));
  switch (field.type) {
    case 'duration':
      return readDuration(value, at);
    case 'size':
      return readQuantity(collector, value, at, parseSize);
    case 'durations':
      return readItems(section, value, readDuration);
    case 'time':
      return readTime(collector, value, at);
    case 'list':
      return typeof value === 'string' ? [value] : value;
    case 'table':
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
        : value;
    case 'object':
      return readParts(value);
    case 'objects':
      return readItems(section, value, readParts);
    default:
      return value;
  }
}

function readItems(
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

function readQuantity(
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

function readTime(collector: Collector, value: Json, at: Source): Json | undefined {
  const read = typeof value === 'string' ? instant(value) : undefined;
  if (read !== undefined) return read;
  const hint = 'write it with its offset: 2026-01-31T08:00:00Z';
  collector.error('bad-value', at, `"${String(value)}" is not a time like 2026-01-31T08:00:00Z`, { hint });
  return undefined;
}

/** The resource that a declaration of these fields only would make, completed. */
export function completedFrom(
  kind: Pick<Kind, 'complete'>,
  resource: Resource,
  spec: JsonObject,
  others: readonly Resource[],
  { broker }: Writer,
): JsonObject {
  const bare = { ...resource, spec };
  const context: Context = { broker, desired: indexByAddress([...others, bare]), live: new Map() };
  return kind.complete(bare, context);
}

/**
 * The fields of a completed resource that its declaration requires, in the notation of YAML. Some fields derive from
 * others, so each is omitted only if the result, with all others declared, is the same.
 * @param others resources that it derives values from
 */
export function requiredFields(
  kind: Pick<Kind, 'complete'> & Pick<Tables, 'fields'>,
  resource: Resource,
  others: readonly Resource[],
  writer: Writer,
): Record<string, Json> {
  const isEnough = (spec: JsonObject) =>
    equalJson(completedFrom(kind, resource, spec, others, writer), resource.spec);
  const fresh = completedFrom(kind, resource, {}, others, writer);
  // The differences to a fresh resource are nearly always enough, unless one cancels a derived value.
  let spec: JsonObject = Object.fromEntries(
    Object.entries(resource.spec).filter(([name, value]) => !equalJson(value, fresh[name] ?? null)),
  );
  if (!isEnough(spec)) spec = resource.spec;
  for (const name of Object.keys(spec)) {
    const { [name]: _, ...rest } = spec;
    if (isEnough(rest)) spec = rest;
  }
  return Object.fromEntries(
    Object.entries(spec).flatMap(([name, value]) => {
      const field = fieldIn(kind.fields, name);
      return field && value !== null ? [[name, toYaml(field, value)] as const] : [];
    }),
  );
}
