import { isReservedKey, type Json } from '../model/index.ts';
import type { Key, Places } from './places.ts';
import { NO_NUMBER, readScalar } from './scalar.ts';
import { isTemplate } from './template.ts';

/**
 * Reads the YAML that people write most: block mappings and lists, one-line flow collections, one-line scalars,
 * comments, `---`. It is about ten times as fast as the full parser, which is what lets 10,000 queues load in a
 * blink. Whatever else it meets (anchors, tags, block scalars, escapes, tabs, and every error) makes it answer
 * undefined, and the full parser reads the file again from the start: only that one ever reports an error. A test
 * compares the two on random input, so that they cannot come apart.
 *
 * @returns the value of each document, with places and templates noted; undefined for "not simple".
 */
export function readSimpleYaml(text: string, places: Places): Json[] | undefined {
  if (NEVER_SIMPLE.test(text)) return undefined;
  try {
    return new SimpleReader(text, places).documents();
  } catch (error) {
    if (error === NOT_SIMPLE) return undefined;
    throw error;
  }
}

/** Tabs, carriage returns, and what other YAML versions take for line breaks or byte order marks. */
const NEVER_SIMPLE = /[\t\r\x85\u2028\u2029\ufeff]/;
/** Thrown rather than returned: a refusal deep down must end everything, and it carries nothing. */
const NOT_SIMPLE = Symbol('not simple');
const MAX_SIMPLE_DEPTH = 40;
/** What a plain scalar may not begin with: https://yaml.org/spec/1.2.2/#rule-c-indicator, and a space. */
const INDICATORS = ' ?:,[]{}#&*!|>\'"%@`=';
const FLOW_END = /[,[\]{}\n#:]/g;

class SimpleReader {
  private readonly text: string;
  private readonly places: Places;
  private position = 0;
  private lineStart = 0;
  /** The column of the line's first character; -1 at the end of a document. */
  private indent = -1;
  private depth = 0;

  constructor(text: string, places: Places) {
    this.text = text;
    this.places = places;
  }

  documents(): Json[] {
    const values: Json[] = [];
    let marked = false;
    for (;;) {
      this.nextLine();
      if (this.indent >= 0) {
        values.push(this.block());
        if (this.indent >= 0) throw NOT_SIMPLE;
      } else if (marked) {
        values.push(null);
      }
      if (this.position >= this.text.length) return values;
      // At a `---` line.
      this.position += 3;
      this.endLine();
      marked = true;
    }
  }

  /** From the start of a line to the next one that holds more than a comment. */
  private nextLine(): void {
    const { text } = this;
    for (;;) {
      this.lineStart = this.position;
      while (text[this.position] === ' ') this.position++;
      const char = text[this.position];
      if (char === '\n') {
        this.position++;
      } else if (char === '#') {
        this.skipLine();
      } else {
        this.indent = char === undefined ? -1 : this.position - this.lineStart;
        if (this.indent === 0) this.checkMarker();
        return;
      }
    }
  }

  private checkMarker(): void {
    const start = this.text.slice(this.position, this.position + 3);
    if (start === '---') this.indent = -1;
    if (start === '...' || start.startsWith('%')) throw NOT_SIMPLE;
  }

  private skipLine(): void {
    const end = this.text.indexOf('\n', this.position);
    this.position = end < 0 ? this.text.length : end + 1;
  }

  /** What is left of the line must be blank or a comment. */
  private endLine(): void {
    const from = this.position;
    while (this.text[this.position] === ' ') this.position++;
    const char = this.text[this.position];
    if (char !== undefined && char !== '\n' && (char !== '#' || this.position === from)) throw NOT_SIMPLE;
    this.skipLine();
  }

  private enter(): void {
    if (++this.depth > MAX_SIMPLE_DEPTH) throw NOT_SIMPLE;
  }

  /** A list or a mapping that begins here; afterwards the reader is at the next line that is not part of it. */
  private block(): Json {
    this.enter();
    const value = this.atDash() ? this.blockList(this.indent) : this.blockMap(this.indent);
    this.depth--;
    return value;
  }

  private atDash(): boolean {
    const { text, position } = this;
    const next = text[position + 1];
    return text[position] === '-' && (next === ' ' || next === '\n' || next === undefined);
  }

  private blockMap(indent: number): Json {
    const object: Record<string, Json> = {};
    this.places.addContainer(object, this.position);
    do {
      const keyOffset = this.position;
      const key = this.key();
      if (key === undefined || isReservedKey(key) || Object.hasOwn(object, key)) throw NOT_SIMPLE;
      object[key] = this.entry(indent, object, key, keyOffset);
      if (this.indent > indent) throw NOT_SIMPLE;
    } while (this.indent === indent && !this.atDash());
    if (this.indent === indent) throw NOT_SIMPLE;
    return object;
  }

  private blockList(indent: number): Json {
    const list: Json[] = [];
    this.places.addContainer(list, this.position);
    do {
      this.position++;
      list.push(this.entry(indent, list, list.length, this.position));
      if (this.indent > indent) throw NOT_SIMPLE;
    } while (this.indent === indent && this.atDash());
    return list;
  }

  /** What stands after a key's colon or after a dash. */
  private entry(indent: number, container: object, key: Key, keyOffset: number): Json {
    if (this.hasInlineValue()) {
      this.note(container, key, keyOffset, this.position);
      if (typeof key === 'number' && (this.atDash() || this.atKey())) {
        this.indent = this.position - this.lineStart;
        return this.block();
      }
      const value = this.inline(container, key);
      this.endLine();
      this.nextLine();
      return value;
    }
    this.skipLine();
    this.nextLine();
    // A list may stand in the same column as the key that it belongs to.
    const sameColumn = typeof key === 'string' && this.indent === indent && this.atDash();
    if (this.indent > indent || sameColumn) {
      this.note(container, key, keyOffset, this.position);
      return this.block();
    }
    // An empty item is rare, and an empty value has no place but its key's.
    if (typeof key === 'number') throw NOT_SIMPLE;
    this.note(container, key, keyOffset, keyOffset);
    return null;
  }

  private note(container: object, key: Key, keyOffset: number, valueOffset: number): void {
    if (typeof key === 'number') this.places.addItem(container, valueOffset);
    else this.places.addKey(container, key, keyOffset, valueOffset);
  }

  private hasInlineValue(): boolean {
    this.skipSpaces();
    const char = this.text[this.position];
    return char !== undefined && char !== '\n' && char !== '#';
  }

  /** A one-line value in a block. */
  private inline(container: object, key: Key): Json {
    const char = this.text[this.position];
    if (char === '{' || char === '[') return this.flow();
    if (char === '"' || char === "'") return this.noted(this.quoted(), false, container, key);
    const line = this.restOfLine();
    const comment = line.indexOf(' #');
    const text = trimSpaces(comment < 0 ? line : line.slice(0, comment));
    if (!isPlainStart(text) || text.includes(': ') || text.endsWith(':')) throw NOT_SIMPLE;
    this.position += text.length;
    return this.noted(text, true, container, key);
  }

  private noted(text: string, plain: boolean, container: object, key: Key): Json {
    if (isTemplate(text)) this.places.addTemplate({ raw: text, plain, container, key });
    if (!plain) return text;
    const value = readScalar(text);
    if (value === NO_NUMBER) throw NOT_SIMPLE;
    return value;
  }

  private restOfLine(): string {
    const end = this.text.indexOf('\n', this.position);
    return this.text.slice(this.position, end < 0 ? undefined : end);
  }

  private atKey(): boolean {
    const from = this.position;
    const char = this.text[from];
    if (char === '{' || char === '[') return false;
    const key = this.key();
    this.position = from;
    return key !== undefined;
  }

  /** A key of a block mapping and its colon; undefined where there is none on this line. */
  private key(): string | undefined {
    const char = this.text[this.position];
    let key: string;
    if (char === '"' || char === "'") {
      key = this.quoted();
      if (this.text[this.position] !== ':') return undefined;
    } else {
      const line = this.restOfLine();
      let colon = line.indexOf(':');
      while (colon >= 0 && colon + 1 < line.length && line[colon + 1] !== ' ')
        colon = line.indexOf(':', colon + 1);
      if (colon < 0) return undefined;
      key = line.slice(0, colon);
      if (!isPlainStart(key) || key === '<<' || key.endsWith(' ') || key.includes(' #')) throw NOT_SIMPLE;
      this.position += colon;
    }
    if (key.length > 1000) throw NOT_SIMPLE;
    this.position++;
    const after = this.text[this.position];
    if (after !== undefined && after !== ' ' && after !== '\n') throw NOT_SIMPLE;
    return key;
  }

  private quoted(): string {
    const quote = this.text[this.position] ?? '"';
    const end = this.text.indexOf(quote, this.position + 1);
    const text = this.text.slice(this.position + 1, end);
    const escapes = quote === '"' ? text.includes('\\') : this.text[end + 1] === "'";
    if (end < 0 || escapes || text.includes('\n')) throw NOT_SIMPLE;
    this.position = end + 1;
    return text;
  }

  /** A flow collection on one line. */
  private flow(): Json {
    this.enter();
    const isMap = this.text[this.position] === '{';
    const value = isMap ? this.flowMap() : this.flowList();
    this.depth--;
    return value;
  }

  private flowMap(): Json {
    const object: Record<string, Json> = {};
    this.places.addContainer(object, this.position++);
    for (let entries = 0; !this.flowEnds('}', entries); entries++) {
      const keyOffset = this.position;
      const key = this.flowText().text;
      if (this.text[this.position] !== ':' || this.text[this.position + 1] !== ' ') throw NOT_SIMPLE;
      if (key === '<<' || isReservedKey(key) || Object.hasOwn(object, key)) throw NOT_SIMPLE;
      this.position++;
      this.skipSpaces();
      this.places.addKey(object, key, keyOffset, this.position);
      object[key] = this.flowValue(object, key);
    }
    return object;
  }

  private flowList(): Json {
    const list: Json[] = [];
    this.places.addContainer(list, this.position++);
    while (!this.flowEnds(']', list.length)) {
      this.places.addItem(list, this.position);
      list.push(this.flowValue(list, list.length));
    }
    return list;
  }

  /** Past the closing bracket; or past the comma between two entries. */
  private flowEnds(close: string, entries: number): boolean {
    this.skipSpaces();
    if (this.text[this.position] === close) {
      this.position++;
      return true;
    }
    if (entries > 0) {
      if (this.text[this.position] !== ',') throw NOT_SIMPLE;
      this.position++;
      this.skipSpaces();
    }
    return false;
  }

  private flowValue(container: object, key: Key): Json {
    const char = this.text[this.position];
    if (char === '{' || char === '[') return this.flow();
    const { text, plain } = this.flowText();
    return this.noted(text, plain, container, key);
  }

  private flowText(): { text: string; plain: boolean } {
    const char = this.text[this.position];
    if (char === '"' || char === "'") return { text: this.quoted(), plain: false };
    const from = this.position;
    for (;;) {
      FLOW_END.lastIndex = this.position;
      const end = FLOW_END.exec(this.text);
      if (!end || end[0] === '\n') throw NOT_SIMPLE;
      this.position = end.index;
      if (end[0] === '#') {
        if (this.text[end.index - 1] === ' ') throw NOT_SIMPLE;
      } else if (end[0] === ':') {
        const next = this.text[end.index + 1] ?? '\n';
        if (next === ' ') break;
        if (',[]{}\n'.includes(next)) throw NOT_SIMPLE;
      } else {
        break;
      }
      this.position++;
    }
    const text = trimSpaces(this.text.slice(from, this.position));
    const isKey = this.text[this.position] === ':';
    if (!isPlainStart(text) || (isKey && text.length !== this.position - from)) throw NOT_SIMPLE;
    return { text, plain: true };
  }

  private skipSpaces(): void {
    while (this.text[this.position] === ' ') this.position++;
  }
}

function isPlainStart(text: string): boolean {
  const char = text[0];
  if (char === undefined || INDICATORS.includes(char)) return false;
  return char !== '-' || (text.length > 1 && text[1] !== ' ' && !',[]{}'.includes(text[1] ?? ''));
}

/** Spaces only: other white space is part of a plain scalar. */
function trimSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  return end === text.length ? text : text.slice(0, end);
}
