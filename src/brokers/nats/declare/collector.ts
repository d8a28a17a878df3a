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
  | 'bucket-as-stream'
  | 'reserved-name';

/** Gathers what the sections of one broker declare, and what is wrong with it. */
export class Collector {
  readonly resources: Resource[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #declared = new Map<Address, Source>();

  /** A second declaration of the same resource is an error that names both places. */
  add(resource: Resource, at: Source, places: Readonly<Record<string, Source>>): void {
    const { address } = resource;
    const first = this.#declared.get(address);
    if (first) {
      const title = kinds[kindOf(address)]?.title(resource).title ?? address;
      const hint = 'keep one of the two declarations';
      this.error('declared-twice', at, `${title} is declared twice`, { hint, related: [first], address });
      return;
    }
    this.#declared.set(address, at);
    this.resources.push({ ...resource, at, places });
  }

  error(
    code: DeclareCode,
    at: Source,
    message: string,
    more: Pick<Diagnostic, 'hint' | 'related' | 'address'> = {},
  ): void {
    this.diagnostics.push({ code: `nats/${code}`, severity: 'error', message, at, ...more });
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

/** An empty body may be left out: `AUDIT:` declares a stream with all defaults. */
function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A body with the environment's overrides for its address. */
export function overridden(body: Body, address: Address): Body {
  return { ...body, value: body.section.overridden(address, kindOf(address), body.value) };
}
