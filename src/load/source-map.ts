import { append, type Source } from '../model/index.ts';

/** An object or an array of a value tree: what positions are looked up by. */
export type Container = object;
export type Key = string | number;

/** A scalar that held `${…}` when it was written. */
export interface Template {
  readonly raw: string;
  /** Written without quotes, so that what comes out of it may be a number, true, false or null. */
  readonly plain: boolean;
  readonly container: Container;
  readonly key: Key;
}

/** Where the containers of a value tree, and what they hold, were written. */
export interface Origin {
  /** The place of a container, or of one of its keys or items; undefined for a container from elsewhere. */
  at(container: Container, key?: Key): Source | undefined;
  /** The place of the value under a key. */
  atValue(container: Container, key: Key): Source | undefined;
  template(container: Container, key: Key): Template | undefined;
}

/** Below this many keys a search is faster, and smaller, than an index. */
const INDEX_FROM = 12;

/** The places of what a mapping holds, while it is read. */
export class MappingPlaces {
  readonly names: string[] = [];
  /** Of each key and of its value, in turn. */
  readonly offsets: number[] = [];

  add(name: string, key: number, value: number): void {
    this.names.push(name);
    this.offsets.push(key, value);
  }

  keyOffset(name: string): number | undefined {
    return this.offsets[this.names.indexOf(name) * 2];
  }
}

/** The positions of all values of one file. Offsets are kept; lines are worked out when somebody asks. */
export class SourceMap implements Origin {
  readonly file: string;
  readonly templates: Template[] = [];
  private readonly text: string;
  /** Where the places of each container begin. All are in two lists, because 100,000 containers have two lists each. */
  private readonly spots = new Map<Container, number>();
  /** Of each container: its start; of an object also where its names begin; how many it holds; their offsets. */
  private readonly offsets: number[] = [];
  private readonly names: string[] = [];
  private readonly nameIndex = new Map<Container, Map<string, number>>();
  private readonly templateIndex = new Map<Container, Map<Key, Template>>();
  private lines: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** A line and column, both from 1; columns count UTF-16 units, as editors do. */
  source(offset: number): Source {
    this.lines ??= lineStarts(this.text);
    let low = 0;
    let high = this.lines.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { file: this.file, line: low + 1, col: offset - (this.lines[low] ?? 0) + 1 };
  }

  addMapping(container: Container, start: number, { names, offsets }: MappingPlaces): void {
    this.spots.set(container, this.offsets.length);
    this.offsets.push(start, names.length, this.names.length);
    append(this.offsets, offsets);
    append(this.names, names);
  }

  /** @param offsets of the items */
  addList(container: Container, start: number, offsets: readonly number[]): void {
    this.spots.set(container, this.offsets.length);
    this.offsets.push(start);
    append(this.offsets, offsets);
  }

  addTemplate(template: Template): void {
    this.templates.push(template);
    const ofContainer = this.templateIndex.get(template.container);
    if (ofContainer) ofContainer.set(template.key, template);
    else this.templateIndex.set(template.container, new Map([[template.key, template]]));
  }

  /** The offsets of a key and its value. */
  keyOffsets(container: Container, key: string): { key: number; value: number } | undefined {
    const spot = this.spots.get(container);
    const index = spot === undefined ? -1 : this.find(container, spot, key);
    if (spot === undefined || index < 0) return undefined;
    return { key: this.offset(spot + 3 + 2 * index), value: this.offset(spot + 4 + 2 * index) };
  }

  at(container: Container, key?: Key): Source | undefined {
    const spot = this.spots.get(container);
    if (spot === undefined) return undefined;
    if (typeof key === 'number') return this.source(this.offset(spot + 1 + key));
    const offset = key === undefined ? undefined : this.keyOffsets(container, key)?.key;
    return this.source(offset ?? this.offset(spot));
  }

  atValue(container: Container, key: Key): Source | undefined {
    const value = typeof key === 'string' ? this.keyOffsets(container, key)?.value : undefined;
    return value === undefined ? this.at(container, key) : this.source(value);
  }

  template(container: Container, key: Key): Template | undefined {
    return this.templateIndex.get(container)?.get(key);
  }

  private offset(at: number): number {
    return this.offsets[at] ?? 0;
  }

  private find(container: Container, spot: number, key: string): number {
    if (Array.isArray(container)) return -1;
    const count = this.offset(spot + 1);
    const first = this.offset(spot + 2);
    if (count < INDEX_FROM) {
      for (let i = 0; i < count; i++) if (this.names[first + i] === key) return i;
      return -1;
    }
    const known = this.nameIndex.get(container);
    const index = known ?? new Map(this.names.slice(first, first + count).map((name, i) => [name, i]));
    if (!known) this.nameIndex.set(container, index);
    return index.get(key) ?? -1;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
