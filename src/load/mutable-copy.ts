import { isExactInt, isObject, type Json, type JsonObject, type Source } from '../model/index.ts';
import type { Container, Key, Origin, Template } from './source-map.ts';

/** Copies of loaded values that may be changed, and still know where the originals were written. */
export class Copies implements Origin {
  readonly templates: Template[] = [];
  private readonly origin: Origin;
  private readonly originals = new Map<Container, Container>();
  private readonly index = new Map<Container, Map<Key, Template>>();

  constructor(origin: Origin) {
    this.origin = origin;
  }

  object(original: JsonObject): JsonObject {
    const copy: Record<string, Json> = {};
    this.originals.set(copy, original);
    for (const [key, item] of Object.entries(original)) copy[key] = this.value(item, original, copy, key);
    return copy;
  }

  private list(original: readonly Json[]): Json[] {
    const copy: Json[] = [];
    this.originals.set(copy, original);
    for (const [i, item] of original.entries()) copy.push(this.value(item, original, copy, i));
    return copy;
  }

  private value(item: Json, original: Container, copy: Container, key: Key): Json {
    const template = this.origin.template(original, key);
    if (template) {
      const own = { ...template, container: copy, key };
      this.templates.push(own);
      this.index.set(copy, (this.index.get(copy) ?? new Map()).set(key, own));
    }
    if (Array.isArray(item)) return this.list(item as readonly Json[]);
    return isObject(item) && !isExactInt(item) ? this.object(item) : item;
  }

  at(container: Container, key?: Key): Source | undefined {
    const original = this.originals.get(container);
    return original && this.origin.at(original, key);
  }

  atValue(container: Container, key: Key): Source | undefined {
    const original = this.originals.get(container);
    return original && this.origin.atValue(original, key);
  }

  template(container: Container, key: Key): Template | undefined {
    return this.index.get(container)?.get(key);
  }
}
