import {
  type BrokerIdentity,
  type Context,
  canonicalJson,
  equalJson,
  integer,
  isObject,
  type Json,
  type JsonObject,
  type Resource,
  toBigInt,
} from '../../../model/index.ts';
import { type Release, supports } from '../version.ts';
import { type Field, type Fields, IDENTITY, isServerMetadata } from './field.ts';
import { instant } from './instant.ts';

type Broker = Pick<BrokerIdentity, 'version' | 'facts'>;

/**
 * A configuration with every field that the server knows, each in one form, defaults filled in: the same for what
 * was declared and for what the server echoes. Fields that the tables lack are kept as they are, for a newer server.
 * A field that the server is too old for stays only where it asks for something.
 */
export function normalise(fields: Fields, config: JsonObject, broker: Broker): Record<string, Json> {
  const { defaults, known } = tableOf(fields, broker);
  // A copy of a whole object is far cheaper than as many assignments, and most fields are what they are by default.
  const result: Record<string, Json> = { ...defaults };
  for (const name in config) {
    const value = config[name] ?? null;
    const field = known.get(name);
    if (!field) {
      if (!IDENTITY.has(name)) result[name] = value;
    } else if (value !== null) {
      const normal = normalValue(field.field, value);
      if (field.isSupported || !equalJson(normal, field.normalDefault)) result[name] = normal;
    }
  }
  return result;
}

/**
 * What is declared, and what of the live configuration stays as it is where it is not declared: an update replaces all
 * of it, so what only a newer server knows (the tables lack it) and what is `kept` is taken over.
 */
export function withLive(fields: Fields, resource: Resource, { live }: Context): JsonObject {
  const current = live.get(resource.address);
  const declared = resource.spec;
  if (!current || current === resource) return declared;
  const kept: Record<string, Json> = {};
  let isEmpty = true;
  for (const name in current.spec) {
    const isOurs = IDENTITY.has(name) || (Object.hasOwn(fields, name) && fields[name]?.kept !== true);
    if (isOurs || declared[name] !== undefined) continue;
    kept[name] = current.spec[name] ?? null;
    isEmpty = false;
  }
  return isEmpty ? declared : { ...kept, ...declared };
}

export function isDefault(field: Field, value: Json | undefined): boolean {
  return equalJson(value ?? null, normalValue(field, null));
}

interface KnownField {
  readonly field: Field;
  /** The default, in its one form. Shared: never to be changed. */
  readonly normalDefault: Json;
  readonly isSupported: boolean;
}

/** A table as one server sees it. */
interface Table {
  readonly known: ReadonlyMap<string, KnownField>;
  /** Of the fields that it supports. */
  readonly defaults: JsonObject;
}

const tablesByBroker = new WeakMap<Broker, Map<Fields, Table>>();

/** Made once: every spec of a plan is completed with it, on both sides. */
function tableOf(fields: Fields, broker: Broker): Table {
  const tables = tablesByBroker.get(broker) ?? new Map<Fields, Table>();
  tablesByBroker.set(broker, tables);
  const table = tables.get(fields) ?? makeTable(fields, broker);
  tables.set(fields, table);
  return table;
}

function makeTable(fields: Fields, broker: Broker): Table {
  const known = new Map(
    Object.entries(fields).map(([name, field]): [string, KnownField] => [
      name,
      { field, normalDefault: normalValue(field, null), isSupported: supports(broker, field.since) },
    ]),
  );
  const supported = [...known].filter(([, { isSupported }]) => isSupported);
  return {
    known,
    defaults: Object.fromEntries(supported.map(([name, { normalDefault }]) => [name, normalDefault])),
  };
}

function normalValue(field: Field, value: Json): Json {
  const given = value ?? field.default;
  switch (field.type) {
    case 'integer':
    case 'size':
    case 'duration':
      return normalNumber(field, given);
    case 'durations':
      return Array.isArray(given) && given.length > 0 ? given.map((item) => normalNumber(field, item)) : null;
    case 'text':
      return given === '' ? field.default : given;
    case 'time':
      return typeof given === 'string' ? (instant(given) ?? null) : null;
    case 'list':
      return Array.isArray(given) && given.length > 0 ? [...new Set(given)].sort() : field.default;
    case 'table':
      return isObject(given) ? withoutServerMetadata(given) : field.default;
    case 'object':
      return normalObject(field, given);
    case 'objects': {
      if (!Array.isArray(given)) return field.default;
      const items = given.map((item) => normalObject(field, item)).filter((item) => item !== null);
      return items.length === 0 ? field.default : sortBy(items, canonicalJson);
    }
    default:
      return given;
  }
}

function normalNumber(field: Field, value: Json): Json {
  // Nearly all of them are plain numbers, and there are many.
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return field.unlimited && (value === 0 || value < -1) ? -1 : value;
  }
  const whole = toBigInt(value);
  if (whole === undefined) return value;
  return field.unlimited && (whole === 0n || whole < -1n) ? -1 : integer(whole);
}

/** Parts that are not set are left out; those with a default are filled in. An object of nothing is none. */
function normalObject(field: Field, value: Json): Json {
  if (!isObject(value)) return null;
  const parts = field.parts ?? {};
  const unknown = Object.entries(value).filter(([name]) => !Object.hasOwn(parts, name));
  const known = Object.entries(parts).map(
    ([name, part]) => [name, normalValue(part, value[name] ?? null)] as const,
  );
  const set = [...unknown, ...known].filter(([, item]) => item !== null);
  return set.length === 0 ? null : Object.fromEntries(set);
}

function withoutServerMetadata(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !isServerMetadata(key)));
}

function sortBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}

/** Something in a spec that only later servers know. */
export interface Unsupported {
  readonly path: readonly string[];
  /** `compression`, or `ack_policy: flow_control`. */
  readonly what: string;
  readonly since: Release;
}

/** What a normalised spec asks for that this server would drop in silence, or refuse. */
export function unsupportedIn(fields: Fields, spec: JsonObject, broker: Broker): Unsupported[] {
  return [...tableOf(fields, broker).known].flatMap(([name, known]): Unsupported[] => {
    const { field, normalDefault, isSupported } = known;
    const value = spec[name];
    if (value === undefined || value === null || equalJson(value, normalDefault)) return [];
    if (field.since && !isSupported) {
      return [{ path: [name], what: name, since: field.since }];
    }
    const choice = typeof value === 'string' ? field.choices?.[value] : undefined;
    if (choice && !supports(broker, choice)) {
      return [{ path: [name], what: `${name}: ${value}`, since: choice }];
    }
    const items = field.type === 'objects' && Array.isArray(value) ? value : [value];
    return items.flatMap((item) =>
      field.parts && isObject(item)
        ? unsupportedIn(field.parts, item, broker).map((inner) => ({
            ...inner,
            path: [name],
            what: `${name}.${inner.what}`,
          }))
        : [],
    );
  });
}
