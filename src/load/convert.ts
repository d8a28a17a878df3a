import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
} from 'yaml';
import { type Diagnostic, isObject, isReservedKey, type Json, type JsonObject } from '../model/index.ts';
import { NO_NUMBER, readScalar } from './scalar.ts';
import { type Key, MappingPlaces, type SourceMap } from './source-map.ts';
import { isTemplate } from './template.ts';
import { CORE, isEmpty, isMergeKey, quote, SCALAR_TAGS, start } from './yaml-nodes.ts';

/** Values after all aliases are followed; a topology of 100,000 resources has about a million. */
const MAX_VALUES = 2_000_000;

type MutableObject = Record<string, Json>;

interface Converted {
  readonly value: Json;
  /** How many values it holds when all aliases are followed. */
  readonly size: number;
}

/** The values of one document, with their places. What cannot be a value is reported and left out. */
export class Converter {
  private readonly places: SourceMap;
  private readonly report: (diagnostic: Diagnostic) => void;
  private readonly anchors = new Map<string, { node: Node; converted?: Converted; open: boolean }>();
  private overflow = false;
  private merged = 0;
  /** False when a value had to be left out, so that what the document lacks proves nothing. */
  sound = true;

  constructor(places: SourceMap, report: (diagnostic: Diagnostic) => void) {
    this.places = places;
    this.report = report;
  }

  document(document: Document.Parsed): Json {
    return document.contents ? (this.node(document.contents)?.value ?? null) : null;
  }

  private fail(code: string, offset: number, message: string, hint: string, related?: number): undefined {
    this.sound = false;
    this.report({
      code: `load/${code}`,
      severity: 'error',
      message,
      at: this.places.source(offset),
      hint,
      ...(related === undefined ? {} : { related: [this.places.source(related)] }),
    });
  }

  private node(node: Node): Converted | undefined {
    if (this.overflow) return undefined;
    if (isAlias(node)) return this.alias(node.source, start(node));
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return { value: null, size: 1 };
    const entry = { node, open: true } as { node: Node; converted?: Converted; open: boolean };
    if (node.anchor) this.anchors.set(node.anchor, entry);
    const converted = this.tagged(node);
    entry.open = false;
    if (converted) entry.converted = converted;
    if (converted && converted.size > MAX_VALUES) return this.overflowed(start(node));
    return converted;
  }

  private overflowed(offset: number): undefined {
    if (this.overflow) return undefined;
    this.overflow = true;
    return this.fail(
      'too-many-aliases',
      offset,
      `this grows to more than ${MAX_VALUES.toLocaleString('en')} values when its aliases are followed`,
      'aliases of aliases multiply; write fewer of them',
    );
  }

  private alias(name: string, offset: number): Converted | undefined {
    const anchor = this.anchors.get(name);
    if (!anchor) {
      return this.fail(
        'unknown-alias',
        offset,
        `the alias *${name} has no anchor &${name} before it in this document`,
        `write &${name} before the value that it stands for, or quote the text if no alias was meant`,
      );
    }
    if (anchor.open) {
      return this.fail(
        'alias-cycle',
        offset,
        `the alias *${name} stands for a value that it is part of`,
        'a value cannot contain itself',
        start(anchor.node),
      );
    }
    return anchor.converted;
  }

  private tagged(node: Scalar | YAMLMap | Extract<Node, { items: unknown[] }>): Converted | undefined {
    const tag = node.tag;
    if (isMap(node)) return this.checkTag(tag, 'map', node) ? this.map(node) : undefined;
    if (isSeq(node))
      return this.checkTag(tag, 'seq', node) ? this.seq(node.items as Node[], node) : undefined;
    if (!isScalar(node)) return undefined;
    const value = this.scalar(node);
    return value === undefined ? undefined : { value, size: 1 };
  }

  private checkTag(tag: string | undefined, kind: string, node: Node): boolean {
    if (tag === undefined || tag === '!' || tag === CORE + kind) return true;
    this.unknownTag(tag, node);
    return false;
  }

  private unknownTag(tag: string, node: Node): undefined {
    const shown = tag.startsWith(CORE) ? `!!${tag.slice(CORE.length)}` : tag;
    return this.fail(
      'unknown-tag',
      start(node),
      `the tag ${shown} is not supported here: values are text, numbers, true, false, null, lists and mappings`,
      'remove the tag; quote the value to keep it as text',
    );
  }

  private scalar(node: Scalar): Json | undefined {
    const text = String(node.value);
    const plain = node.type === Scalar.PLAIN || node.type === undefined;
    const tag = node.tag;
    if (tag === undefined) return plain ? this.plain(text, node) : text;
    if (tag === '!' || tag === `${CORE}str`) return text;
    const expected = SCALAR_TAGS[tag];
    if (!expected) return this.unknownTag(tag, node);
    const value = this.plain(text, node);
    if (value === undefined || expected(value)) return value;
    const name = tag.slice(CORE.length);
    return this.fail(
      'wrong-tag',
      start(node),
      `${quote(text)} is not a YAML ${name}`,
      `remove the tag !!${name}`,
    );
  }

  private plain(text: string, node: Node): Json | undefined {
    const value = readScalar(text);
    if (value !== NO_NUMBER) return value;
    return this.fail(
      'number',
      start(node),
      `${quote(text)} is not a finite number of at most 100 digits, and no broker takes it`,
      'write a plain number, or quote it to make it text',
    );
  }

  private seq(items: readonly Node[], node: Node): Converted {
    const list: Json[] = [];
    const offsets: number[] = [];
    let size = 1;
    for (const item of items) {
      // An item that fails keeps its place as null: the others are located by their index.
      const converted = this.node(item);
      offsets.push(start(item));
      this.noteTemplate(item, list, list.length);
      list.push(converted?.value ?? null);
      size += converted?.size ?? 1;
    }
    this.places.addList(list, start(node), offsets);
    return { value: list, size };
  }

  private map(map: YAMLMap): Converted {
    const object: MutableObject = {};
    const places = new MappingPlaces();
    let size = 1;
    const merges: Pair<Node, Node | null>[] = [];
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      if (isMergeKey(pair.key)) {
        merges.push(pair);
        continue;
      }
      const key = this.key(pair.key);
      const keyOffset = start(pair.key);
      const converted = pair.value ? this.node(pair.value) : { value: null, size: 1 };
      if (key === undefined || !this.isNew(object, key, keyOffset, places)) continue;
      const valueOffset = pair.value && !isEmpty(pair.value) ? start(pair.value) : keyOffset;
      places.add(key, keyOffset, valueOffset);
      // A key whose value failed stays known, so that it is not called missing or written once more.
      object[key] = converted?.value ?? null;
      if (pair.value) this.noteTemplate(pair.value, object, key);
      size += converted?.size ?? 1;
    }
    for (const pair of merges) size += this.merge(object, pair, places);
    this.places.addMapping(object, start(map), places);
    return { value: object, size };
  }

  private isNew(object: MutableObject, key: string, offset: number, places: MappingPlaces): boolean {
    if (isReservedKey(key)) {
      this.fail('reserved-key', offset, `the key ${quote(key)} cannot be used`, 'choose another name');
      return false;
    }
    if (!Object.hasOwn(object, key)) return true;
    const first = places.keyOffset(key) ?? offset;
    const line = this.places.source(first).line;
    this.fail(
      'duplicate-key',
      offset,
      `the key ${quote(key)} is written twice in one mapping; the first is in line ${line}`,
      'remove one of the two, or join them',
      first,
    );
    return false;
  }

  /** Keys are text: `1.0`, `yes` and `null` stay as they were written. */
  private key(node: Node): string | undefined {
    let target: Node | undefined = node;
    if (isAlias(node)) {
      if (!this.alias(node.source, start(node))) return undefined;
      target = this.anchors.get(node.source)?.node;
    }
    if (target && isScalar(target) && target.range && !isEmpty(target)) {
      if (target.anchor && target === node) this.node(node);
      return String(target.value);
    }
    const what = target && isScalar(target) ? 'is empty' : 'is a list or a mapping';
    return this.fail(
      'key',
      start(node),
      `this key ${what}, and keys are text`,
      'write the name before the colon',
    );
  }

  /** `<<`: the keys of other mappings, where this one does not have them. https://yaml.org/type/merge.html */
  private merge(object: MutableObject, pair: Pair<Node, Node | null>, places: MappingPlaces): number {
    const offset = start(pair.value ?? pair.key);
    const converted = pair.value ? this.node(pair.value) : undefined;
    if (pair.value && !converted) return 1;
    const value = converted?.value ?? null;
    for (const source of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
      if (!isObject(source)) {
        this.fail(
          'merge',
          offset,
          'the merge key << takes a mapping, or a list of mappings',
          'write <<: *name, where &name marks a mapping',
        );
        return 1;
      }
      for (const key of Object.keys(source)) {
        if (++this.merged > MAX_VALUES) {
          this.overflowed(offset);
          return 1;
        }
        this.mergeKey(object, source, key, places);
      }
    }
    return converted?.size ?? 1;
  }

  private mergeKey(object: MutableObject, source: JsonObject, key: string, places: MappingPlaces): void {
    if (Object.hasOwn(object, key)) return;
    const offsets = this.places.keyOffsets(source, key);
    if (offsets) places.add(key, offsets.key, offsets.value);
    object[key] = source[key] ?? null;
    const template = this.places.template(source, key);
    if (template) this.places.addTemplate({ ...template, container: object, key });
  }

  private noteTemplate(node: Node, container: object, key: Key): void {
    const target = isAlias(node) ? this.anchors.get(node.source)?.node : node;
    if (!target || !isScalar(target)) return;
    const raw = String(target.value);
    if (!isTemplate(raw)) return;
    const plain = target.type === Scalar.PLAIN && target.tag === undefined;
    this.places.addTemplate({ raw, plain, container, key });
  }
}
