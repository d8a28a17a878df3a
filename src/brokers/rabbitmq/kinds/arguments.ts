import {
  type Body,
  type Context,
  equalJson,
  hasKeys,
  isObject,
  type Json,
  type JsonObject,
  objectOf,
  type Resource,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { type Fields, parseUnit, secondsOf, type Unit } from '../fields/field.ts';
import { QUEUE_ARGUMENTS, unitOf } from '../fields/queue.ts';
import type { Collector } from './kind.ts';
import { tableOf } from './parts.ts';

/*
 * Argument tables, as declared and as listed. A value is JSON as the management API shows it: a whole number means a
 * 64-bit long, a fraction a double, a text a longstr; any other AMQP type is written `{ $type: 'short', value: 1 }`, and
 * void, which JSON cannot say over HTTP, `{ $type: 'void' }`. Live values are always plain.
 */

/** Arguments in the making, with the place of each. */
export interface ArgumentTable {
  readonly values: Record<string, Json>;
  readonly places: Record<string, Source>;
}

/**
 * The arguments of a queue: friendly keys, the dead-letter group and raw `arguments`. One that is given in two ways
 * is an error.
 */
export function queueArguments(collector: Collector, body: Body): ArgumentTable {
  const table = rawArguments(collector, body);
  const deadLetter = { ...body, value: objectOf(body.value['dead-letter']) };
  for (const { key, argument, isDeadLetter } of FRIENDLY) {
    addFriendly(collector, isDeadLetter ? deadLetter : body, table, key, argument);
  }
  return table;
}

/** The keys that stand for arguments of a queue, in YAML's order; some in the dead-letter group. */
const FRIENDLY = Array.from(QUEUE_ARGUMENTS).flatMap(([name, { deadLetter, raw }]) =>
  raw ? [] : [{ key: deadLetter ?? name, argument: `x-${name}`, isDeadLetter: deadLetter !== undefined }],
);

/** The `arguments` mapping as it is, with units read where the broker wants a number. */
export function rawArguments(collector: Collector, { section, value }: Body): ArgumentTable {
  const table: ArgumentTable = { values: {}, places: {} };
  const raw = value.arguments;
  if (!isObject(raw)) return table;
  for (const [argument, given] of Object.entries(raw)) {
    const at = section.at(raw, argument);
    table.places[argument] = at;
    table.values[argument] = withUnit(collector, given, unitOf(argument), at);
  }
  return table;
}

/** One argument by its friendly key. */
export function addFriendly(
  collector: Collector,
  { section, value }: Body,
  table: ArgumentTable,
  key: string,
  argument: string,
): void {
  const given = value[key];
  if (given === undefined) return;
  const at = section.at(value, key);
  const other = table.places[argument];
  if (other) {
    collector.error('given-twice', at, `${argument} is given twice: as "${key}" and among the arguments`, {
      hint: `remove one of the two`,
      related: [other],
    });
    return;
  }
  table.places[argument] = at;
  table.values[argument] = withUnit(collector, given, unitOf(argument), at);
}

/** A text with a unit becomes the broker's number; what is no such text stays as it is. */
export function withUnit(collector: Collector, value: Json, unit: Unit | undefined, at: Source): Json {
  if (unit === undefined || typeof value !== 'string') return value;
  const parsed = parseUnit(value, unit);
  if ('value' in parsed) return parsed.value;
  collector.error('bad-unit', at, `"${value}": ${parsed.problem}`);
  return value;
}

/** Units read in a policy's definition. */
export function withUnits(collector: Collector, section: Section, fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const unit = typeof value === 'string' ? unitOf(key) : undefined;
      return [key, unit ? withUnit(collector, value, unit, section.at(fields, key)) : value];
    }),
  );
}

const NO_PLACES: Readonly<Record<string, Source>> = {};

/** SourceMap of a table's arguments as spec paths. */
export function argumentPlaces({ places }: ArgumentTable): Readonly<Record<string, Source>> {
  const named = Object.entries(places);
  return named.length === 0
    ? NO_PLACES
    : Object.fromEntries(named.map(([name, at]) => [`arguments.${name}`, at]));
}

/** SourceMap of the spec fields that a body gives under the same name. */
export function placesOf({ section, value }: Body, fields: Fields): Record<string, Source> {
  const places: Record<string, Source> = {};
  for (const key in fields) if (value[key] !== undefined) places[key] = section.at(value, key);
  return places;
}

/** Fields of a body, as far as they are given. */
export function pick(value: JsonObject, fields: Fields): JsonObject {
  const given: Record<string, Json> = {};
  for (const key in fields) {
    const one = value[key];
    if (one !== undefined) given[key] = one;
  }
  return given;
}

/** A live resource's arguments, comparable with what the declaration of the same resource writes. */
export function completeArguments(
  resource: Resource,
  { desired }: Context,
  table = tableOf(resource.spec.arguments),
) {
  // Most bindings: without a look-up among 100,000 addresses.
  if (!hasKeys(table)) return table;
  const declared = desired.get(resource.address);
  return declared && declared !== resource
    ? adoptEquivalents(table, tableOf(declared.spec.arguments))
    : table;
}

/**
 * Live arguments, with each value that means the same as the declared one written as it is declared: without its
 * AMQP type in the listing, or an age in another unit.
 */
function adoptEquivalents(live: JsonObject, declared: JsonObject): JsonObject {
  if (equalJson(live, declared)) return live;
  const shown = shownArguments(declared);
  return Object.fromEntries(
    Object.entries(live).map(([key, value]) => {
      const wanted = declared[key];
      const same =
        wanted !== undefined &&
        (equalJson(value, shown[key]) || (unitOf(key) === 'age' && sameAge(value, wanted)));
      return [key, same ? wanted : value];
    }),
  );
}

/** Two ages are the same length: `7D` and `168h`. */
function sameAge(a: Json, b: Json): boolean {
  const seconds = secondsOf(a);
  return seconds !== undefined && seconds === secondsOf(b);
}

/**
 * Arguments as the management API shows them (seen on 3.10 and 4.3): without their AMQP types, and void as the text
 * `undefined`. A declared `short 1` and the live `1` that it becomes are the same then.
 */
export function shownArguments(args: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, shown(value)]));
}

const SHOWN_VOID = 'undefined';

function shown(value: Json): Json {
  if (Array.isArray(value)) return value.map(shown);
  if (value === null) return SHOWN_VOID;
  if (!isObject(value)) return value;
  if (value.$type === 'void') return SHOWN_VOID;
  if (typeof value.$type === 'string' && value.value !== undefined) return shown(value.value);
  return shownArguments(value);
}
