import { type Address, kindOf } from './address.ts';
import type { Diagnostic, Source } from './diagnostic.ts';
import { isExactInt, isObject, type Json, type JsonObject, mapJson } from './json.ts';
import type { Resource } from './resource.ts';

/**
 * A provider's section of one YAML document, as plain values with positions at hand.
 * Containers (objects and arrays of `value`) are the keys to positions, so they must not be copied or changed.
 */
export interface Section {
  /** The configured name of the broker that it describes. */
  readonly broker: string;
  readonly value: JsonObject;
  /** The place of a container, or of one of its keys or items. */
  at(container: object, key?: string | number): Source;
  /** The text as written, where it held `${…}`: what a secret is kept as. */
  template(container: object, key: string | number): string | undefined;
  /** A resource's body with the environment's overrides for its address; bad overrides are reported by the loader. */
  overridden(address: Address, kind: string, body: JsonObject): JsonObject;
}

/** What sections declare, with everything that is wrong with them. */
export interface Declared {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A value as it is written in YAML, so that the loader reads the very same: `${` in a text begins a variable. */
export function literal<T extends Json>(value: T): T;
export function literal(value: Json): Json {
  // Keys are never variables.
  return mapJson(value, (one) => {
    if (typeof one === 'string') return literalText(one);
    return isExactInt(one) ? one : undefined;
  });
}

export function literalText(text: string): string {
  return text.replaceAll('${', () => '$${');
}

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
