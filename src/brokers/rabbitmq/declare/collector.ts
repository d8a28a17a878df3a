import {
  type Address,
  type Diagnostic,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';

/** What went wrong while declaring; the rules of the linter have codes of their own. */
export type DeclareCode =
  | 'declared-twice'
  | 'given-twice'
  | 'bad-unit'
  | 'bad-name'
  | 'reserved-name'
  | 'literal-secret'
  | 'binding-ends';

/** Gathers what the sections of one broker declare, and what is wrong with it. */
export class Collector {
  readonly resources: Resource[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #declared = new Map<Address, Source>();

  /** A second declaration of the same resource is an error that names both places. */
  add(resource: Resource, at: Source, places: Readonly<Record<string, Source>> = {}): void {
    const first = this.#declared.get(resource.address);
    if (first) {
      const title = kinds[kindOf(resource.address)]?.title(resource).title ?? resource.address;
      this.error('declared-twice', at, `${title} is declared twice`, {
        hint: 'keep one of the two declarations',
        related: [first],
        address: resource.address,
      });
      return;
    }
    this.#declared.set(resource.address, at);
    this.resources.push({ ...resource, at, places });
  }

  error(
    code: DeclareCode,
    at: Source,
    message: string,
    more: Pick<Diagnostic, 'hint' | 'related' | 'address'> = {},
  ): void {
    this.diagnostics.push({ code: `rabbitmq/${code}`, severity: 'error', message, at, ...more });
  }
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

/** An empty body may be left out: `audit:` declares a queue with all defaults. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A body with the environment's overrides for its address. */
export function overridden(body: Body, address: Address): Body {
  return { ...body, value: body.section.overridden(address, kindOf(address), body.value) };
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
