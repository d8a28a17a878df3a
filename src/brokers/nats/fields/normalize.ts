import {
  type BrokerIdentity,
  type Context,
  canonicalJson,
  declaredFields,
  equalJson,
  integer,
  isObject,
  type Json,
  type JsonObject,
  oncePer,
  type Resource,
  renamedFrom,
  toBigInt,
} from '../../../model/index.ts';
import { type Release, supports } from '../facts.ts';
import { type Field, type Fields, fieldIn, IDENTITY } from './field.ts';
import { duplicateWindow } from './stream.ts';
import { instant, ownMetadata } from './values.ts';

type Broker = Pick<BrokerIdentity, 'version' | 'facts'>;

/**
 * A configuration with all fields that the server supports, normalized and with defaults: the same for a declared
 * configuration and for the echo of the server. Unknown fields, of a newer server, are copied. An unsupported field
 * remains only if it differs from its default.
 */
export function normalize(fields: Fields, config: JsonObject, broker: Broker): Record<string, Json> {
  const { defaults, known } = tableOf(fields, broker);
  // Copying an object is far cheaper than assigning each field, and most fields have their default.
  const result: Record<string, Json> = { ...defaults };
  for (const name in config) {
    const value = config[name] ?? null;
    const field = known.get(name);
    if (!field) {
      if (!IDENTITY.has(name)) result[name] = value;
    } else if (value !== null) {
      const normal = normalizeValue(field.field, value);
      if (field.isSupported || !equalJson(normal, field.normalDefault)) result[name] = normal;
    }
  }
  return result;
}

/** The names that a declaration decides, also where it leaves them out. */
const oursIn = oncePer(
  (fields: Fields) =>
    new Set([
      ...IDENTITY,
      ...Object.entries(fields).flatMap(([name, { kept }]) => (kept === true ? [] : [name])),
    ]),
);

/**
 * The declared fields, and the undeclared ones that must keep their live value, because an update replaces the whole
 * configuration: `kept` fields, and fields of a newer server, which the tables lack.
 */
export function withLive(fields: Fields, resource: Resource, context: Context): JsonObject {
  const current = renamedFrom(resource, context) ?? context.live.get(resource.address);
  const declared = resource.spec;
  if (!current || current === resource) return declared;
  const ours = oursIn(fields);
  const kept: Record<string, Json> = {};
  let isEmpty = true;
  for (const name in current.spec) {
    if (ours.has(name) || declared[name] !== undefined) continue;
    kept[name] = current.spec[name] ?? null;
    isEmpty = false;
  }
  return isEmpty ? declared : { ...kept, ...declared };
}

export function isDefault(field: Field, value: Json | undefined): boolean {
  return equalJson(value ?? null, normalizeValue(field, null));
}

/** Sent even if undeclared: the default of the server, `none`, differs from ours. */
const ALWAYS_SENT = new Set(['ack_policy']);

/** Filled in by the server from its own limits and those of the account and the stream. */
const SERVER_FILLED = new Set(['max_ack_pending', 'max_batch']);

/**
 * The body of a request for a completed configuration. It omits undeclared defaults, because a server or an account
 * can have limits below them. A resource without any declaration, re-created as it was, is sent whole.
 */
export function requestConfig(
  fields: Fields,
  resource: Resource,
  broker: Pick<BrokerIdentity, 'version'>,
): JsonObject {
  const { spec } = resource;
  const names = declaredFields(resource);
  const declared = names && new Set(names);
  return Object.fromEntries(
    Object.entries(spec).filter(([name, value]) => {
      if (value === null) return false;
      if (!declared || declared.has(name) || ALWAYS_SENT.has(name)) return true;
      if (SERVER_FILLED.has(name)) return false;
      if (name === 'duplicate_window') return value !== duplicateWindow(spec, broker);
      const field = fieldIn(fields, name);
      return !field || !isDefault(field, value);
    }),
  );
}

interface KnownField {
  readonly field: Field;
  /** The normalized default. Shared and immutable. */
  readonly normalDefault: Json;
  readonly isSupported: boolean;
}

/** A table for one server. */
interface Table {
  readonly known: ReadonlyMap<string, KnownField>;
  /** Of the supported fields. */
  readonly defaults: JsonObject;
}

/** Cached: every spec of a plan needs it, on both sides. */
const tablesOf = oncePer((broker: Broker) => oncePer((fields: Fields) => makeTable(fields, broker)));

function tableOf(fields: Fields, broker: Broker): Table {
  return tablesOf(broker)(fields);
}

function makeTable(fields: Fields, broker: Broker): Table {
  const known = new Map(
    Object.entries(fields).map(([name, field]): [string, KnownField] => [
      name,
      { field, normalDefault: normalizeValue(field, null), isSupported: supports(broker, field.since) },
    ]),
  );
  const supported = [...known].filter(([, { isSupported }]) => isSupported);
  return {
    known,
    defaults: Object.fromEntries(supported.map(([name, { normalDefault }]) => [name, normalDefault])),
  };
}

function normalizeValue(field: Field, value: Json): Json {
  const given = value ?? field.default;
  switch (field.type) {
    case 'integer':
    case 'size':
    case 'duration':
      return normalizeNumber(field, given);
    case 'durations':
      return Array.isArray(given) && given.length > 0
        ? given.map((item) => normalizeNumber(field, item))
        : null;
    case 'text':
      return given === '' ? field.default : given;
    case 'time':
      return typeof given === 'string' ? (instant(given) ?? null) : null;
    case 'list':
      return Array.isArray(given) && given.length > 0 ? [...new Set(given)].sort() : field.default;
    case 'table':
      return isObject(given) ? ownMetadata(given) : field.default;
    case 'object':
      return normalizeObject(field, given);
    case 'objects': {
      if (!Array.isArray(given)) return field.default;
      const items = given.map((item) => normalizeObject(field, item)).filter((item) => item !== null);
      return items.length === 0 ? field.default : sortBy(items, canonicalJson);
    }
    default:
      return given;
  }
}

function normalizeNumber(field: Field, value: Json): Json {
  // The common case, and there are many.
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return field.unlimited && (value === 0 || value < -1) ? -1 : value;
  }
  const whole = toBigInt(value);
  if (whole === undefined) return value;
  return field.unlimited && (whole === 0n || whole < -1n) ? -1 : integer(whole);
}

/** Without unset parts, and with the defaults of the others. An empty object is null. */
function normalizeObject(field: Field, value: Json): Json {
  if (!isObject(value)) return null;
  const parts = field.parts ?? {};
  const unknown = Object.entries(value).filter(([name]) => !Object.hasOwn(parts, name));
  const known = Object.entries(parts).map(
    ([name, part]) => [name, normalizeValue(part, value[name] ?? null)] as const,
  );
  const set = [...unknown, ...known].filter(([, item]) => item !== null);
  return set.length === 0 ? null : Object.fromEntries(set);
}

function sortBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}

/** A field or value that only later servers support. */
export interface Unsupported {
  readonly path: readonly string[];
  /** `compression`, or `ack_policy: flow_control`. */
  readonly what: string;
  readonly since: Release;
}

/** The fields of a normalized spec that this server would drop silently, or reject since 2.12. */
export function unsupportedIn(fields: Fields, spec: JsonObject, broker: Broker): Unsupported[] {
  return [...tableOf(fields, broker).known].flatMap(([name, known]): Unsupported[] => {
    const { field, normalDefault, isSupported } = known;
    const value = spec[name];
    if (value === undefined || value === null || equalJson(value, normalDefault)) return [];
    if (field.since && !isSupported) return [{ path: [name], what: name, since: field.since }];
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
