import {
  type Body,
  isObject,
  type Json,
  type JsonObject,
  objectOf,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { QUEUE_ARGUMENTS, unitOf } from '../fields/queue.ts';
import { parseUnit, type Unit } from '../fields/units.ts';
import type { Collector } from './collector.ts';

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
  for (const [name, { deadLetter: key, raw }] of QUEUE_ARGUMENTS) {
    if (key !== undefined) addFriendly(collector, deadLetter, table, key, `x-${name}`);
    else if (!raw) addFriendly(collector, body, table, name, `x-${name}`);
  }
  return table;
}

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

/** Units read in a mapping with fields of the given units: a policy's definition, a shovel. */
export function withUnits(
  collector: Collector,
  section: Section,
  fields: JsonObject,
  unitFor: (key: string) => Unit | undefined,
): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const unit = typeof value === 'string' ? unitFor(key) : undefined;
      return [key, unit ? withUnit(collector, value, unit, section.at(fields, key)) : value];
    }),
  );
}

/** Places of a table's arguments as spec paths. */
export function argumentPlaces({ places }: ArgumentTable): Record<string, Source> {
  return Object.fromEntries(Object.entries(places).map(([name, at]) => [`arguments.${name}`, at]));
}

/** Places of the spec fields that a body gives under the same name. */
export function placesOf({ section, value }: Body, keys: readonly string[]): Record<string, Source> {
  const places: Record<string, Source> = {};
  for (const key of keys) if (value[key] !== undefined) places[key] = section.at(value, key);
  return places;
}

/** Fields of a body, as far as they are given. */
export function pick(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]] as const])),
  );
}
