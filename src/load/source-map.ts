import type { Source } from '../model/index.ts';

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

class Spots {
  readonly start: number;
  /** Of an object: its keys, in the order of `offsets`. */
  readonly names: string[] = [];
  /** Of an object: the offset of each key and of its value, in turn. Of an array: of each item. */
  readonly offsets: number[] = [];
  private index: Map<string, number> | undefined;

  constructor(start: number) {
    this.start = start;
  }

  add(name: string, key: number, value: number): void {
    this.index?.set(name, this.names.length);
    this.names.push(name);
    this.offsets.push(key, value);
  }

  find(name: string): number {
    if (this.names.length < INDEX_FROM) return this.names.indexOf(name);
    this.index ??= new Map(this.names.map((key, i) => [key, i]));
    return this.index.get(name) ?? -1;
  }
}

/** The positions of all values of one file. Offsets are kept; lines are worked out when somebody asks. */
export class SourceMap implements Origin {
  readonly file: string;
  readonly templates: Template[] = [];
  private readonly text: string;
  private readonly spots = new Map<Container, Spots>();
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

  addContainer(container: Container, start: number): void {
    this.spots.set(container, new Spots(start));
  }

  addKey(container: Container, key: string, keyOffset: number, valueOffset: number): void {
    this.spots.get(container)?.add(key, keyOffset, valueOffset);
  }

  addItem(container: Container, offset: number): void {
    this.spots.get(container)?.offsets.push(offset);
  }

  addTemplate(template: Template): void {
    this.templates.push(template);
    const ofContainer = this.templateIndex.get(template.container);
    if (ofContainer) ofContainer.set(template.key, template);
    else this.templateIndex.set(template.container, new Map([[template.key, template]]));
  }

  /** The offsets of a key and its value. */
  keyOffsets(container: Container, key: string): { key: number; value: number } | undefined {
    const spots = this.spots.get(container);
    const index = spots?.find(key) ?? -1;
    if (!spots || index < 0) return undefined;
    return {
      key: spots.offsets[index * 2] ?? spots.start,
      value: spots.offsets[index * 2 + 1] ?? spots.start,
    };
  }

  at(container: Container, key?: Key): Source | undefined {
    const spots = this.spots.get(container);
    if (!spots) return undefined;
    if (key === undefined) return this.source(spots.start);
    if (typeof key === 'number') return this.source(spots.offsets[key] ?? spots.start);
    return this.source(this.keyOffsets(container, key)?.key ?? spots.start);
  }

  atValue(container: Container, key: Key): Source | undefined {
    const value = typeof key === 'string' ? this.keyOffsets(container, key)?.value : undefined;
    return value === undefined ? this.at(container, key) : this.source(value);
  }

  template(container: Container, key: Key): Template | undefined {
    return this.templateIndex.get(container)?.get(key);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
