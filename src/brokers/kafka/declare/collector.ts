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
  | 'bad-value'
  | 'bad-name'
  | 'reserved-name'
  | 'reserved-config'
  | 'literal-secret'
  | 'acl-resource'
  | 'quota-entity';

/** Gathers what the sections of one broker declare, and what is wrong with it. */
export class Collector {
  readonly resources: Resource[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #declared = new Map<Address, { at: Source; implied: boolean }>();

  /** A second declaration of the same resource is an error that names both places. */
  add(resource: Resource, at: Source, places: Readonly<Record<string, Source>> = {}): void {
    this.#add(resource, at, places, false);
  }

  /** As {@link add} for what a shorthand stands for: several may stand for the same, and it may be written out too. */
  imply(resource: Resource, at: Source): void {
    this.#add(resource, at, {}, true);
  }

  #add(resource: Resource, at: Source, places: Readonly<Record<string, Source>>, implied: boolean): void {
    const first = this.#declared.get(resource.address);
    if (!first) {
      this.#declared.set(resource.address, { at, implied });
      this.resources.push({ ...resource, at, places });
    } else if (!first.implied && !implied) {
      const names = kinds[kindOf(resource.address)]?.title(resource);
      const title = names ? `${names.title} ${names.detail}`.trim() : resource.address;
      this.error('declared-twice', at, `${title} is declared twice`, {
        hint: 'keep one of the two declarations',
        related: [first.at],
        address: resource.address,
      });
    }
  }

  error(
    code: DeclareCode,
    at: Source,
    message: string,
    more: Pick<Diagnostic, 'hint' | 'related' | 'address'> = {},
  ): void {
    this.diagnostics.push({ code: `kafka/${code}`, severity: 'error', message, at, ...more });
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
  if (!isObject(map)) return [];
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

/** An empty body may be left out: `audit:` declares a topic with all defaults. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A body with the environment's overrides for its address. */
export function overridden(body: Body, address: Address): Body {
  return { ...body, value: body.section.overridden(address, kindOf(address), body.value) };
}
