import { type Address, kindOf } from './address.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Source } from './source.ts';
import type { Section } from './topology.ts';

/** A container of one section, and where it stands. */
export interface Body {
  readonly section: Section;
  readonly value: JsonObject;
  readonly at: Source;
}

/** The members of a mapping below a key: a name, its body, and the place of the name. */
export function membersOf({ section, value }: Body, key: string): [name: string, body: Body][] {
  const map = value[key];
  return isObject(map) ? mapMembers(section, map) : [];
}

export function mapMembers(section: Section, map: JsonObject): [name: string, body: Body][] {
  return Object.keys(map).map((name) => [
    name,
    { section, value: objectOf(map[name]), at: section.at(map, name) },
  ]);
}

/** The items of a list below a key that are mappings; the schema reports the others. */
export function itemsOf({ section, value }: Body, key: string): Body[] {
  const list = value[key];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: Json, index) =>
    isObject(item) ? [{ section, value: item, at: section.at(list, index) }] : [],
  );
}

/** An empty body may be left out: `audit:` declares a resource with all defaults. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A body with the environment's overrides for its address. */
export function overridden(body: Body, address: Address): Body {
  return { ...body, value: body.section.overridden(address, kindOf(address), body.value) };
}
