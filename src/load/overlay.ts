import { isMapping, type Json, type JsonObject, type Source } from '../model/index.ts';
import type { Container, Key, Origin, Template } from './source-map.ts';

/**
 * Values merged from several places, which still know where each part was written. Merging is that of RFC 7386:
 * mappings are joined, null removes a key, and anything else replaces what was there.
 */
export class Overlay implements Origin {
  private readonly origins: readonly Origin[];
  /** Which container each key of a merged one came from. */
  private readonly merged = new Map<Container, { base: Container; from: Map<Key, Container> }>();

  /** @param origins of the containers that will be merged */
  constructor(...origins: readonly Origin[]) {
    this.origins = origins;
  }

  merge(base: JsonObject, patch: JsonObject): JsonObject {
    const result: Record<string, Json> = {};
    const from = new Map<Key, Container>();
    for (const [key, value] of Object.entries(base)) {
      result[key] = value;
      from.set(key, base);
    }
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) {
        delete result[key];
        from.delete(key);
        continue;
      }
      const existing = Object.hasOwn(result, key) ? result[key] : undefined;
      const joins = isMapping(value) && isMapping(existing);
      result[key] = joins ? this.merge(existing, value) : value;
      from.set(key, patch);
    }
    this.merged.set(result, { base, from });
    return result;
  }

  at(container: Container, key?: Key): Source | undefined {
    const parts = this.merged.get(container);
    if (!parts) return first(this.origins, (origin) => origin.at(container, key));
    const source = key === undefined ? undefined : parts.from.get(key);
    return source ? this.at(source, key) : this.at(parts.base);
  }

  atValue(container: Container, key: Key): Source | undefined {
    const parts = this.merged.get(container);
    if (!parts) return first(this.origins, (origin) => origin.atValue(container, key));
    const source = parts.from.get(key);
    return source ? this.atValue(source, key) : this.at(parts.base);
  }

  template(container: Container, key: Key): Template | undefined {
    const parts = this.merged.get(container);
    if (!parts) return first(this.origins, (origin) => origin.template(container, key));
    const source = parts.from.get(key);
    return source && this.template(source, key);
  }
}

function first<T>(origins: readonly Origin[], ask: (origin: Origin) => T | undefined): T | undefined {
  for (const origin of origins) {
    const answer = ask(origin);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

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
    return isMapping(item) ? this.object(item) : item;
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
