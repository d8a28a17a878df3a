import {
  append,
  checkDepth,
  type Json,
  MAX_DEPTH,
  OversizedAnswer,
  parseJson,
} from '../../../model/index.ts';

/** Few enough bytes to hold, enough for the parser to be quick. */
const PART = 256 * 1024;

/**
 * The JSON body of an answer. A list is parsed while it arrives, so that neither the bytes nor the text of 100,000
 * items are held as a whole; anything else is parsed at its end.
 */
export class AnswerBody {
  /** Of a list: what is parsed. */
  #items: Json[] | undefined;
  /** Bytes that are not parsed yet; of a list, without its first bracket. */
  #pending: Buffer[] = [];
  #size = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #fault: unknown;
  readonly #part: number;

  /** @param part how many bytes of whole items are parsed at once, at least */
  constructor(part = PART) {
    this.#part = part;
  }

  add(chunk: Buffer): void {
    if (this.#fault !== undefined) return;
    const isFirst = this.#pending.length === 0 && this.#items === undefined;
    const isList = isFirst ? chunk[0] === OPEN_BRACKET : this.#items !== undefined;
    if (!isList) {
      this.#pending.push(chunk);
      return;
    }
    this.#items ??= [];
    try {
      this.#scan(chunk, isFirst);
    } catch (fault) {
      this.#fault = fault;
      this.#pending = [];
    }
  }

  /**
   * The value; undefined where there is no body.
   * @throws SyntaxError where it is no JSON, OversizedAnswer where it is nested too deep
   */
  end(): Json | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    const text = Buffer.concat(this.#pending).toString('utf8');
    if (this.#items) {
      this.#parse(`[${text}`, this.#items.length === 0);
      return this.#items;
    }
    checkDepth(text);
    return text === '' ? undefined : parseJson(text);
  }

  /** Parses the items that are whole, as soon as they are enough. */
  #scan(chunk: Buffer, isFirst: boolean): void {
    const comma = this.#lastComma(chunk);
    const start = isFirst ? 1 : 0;
    this.#size += chunk.length;
    if (comma < 0 || this.#size < this.#part) {
      this.#pending.push(chunk.subarray(start));
      return;
    }
    const text = Buffer.concat([...this.#pending, chunk.subarray(start, comma)]).toString('utf8');
    this.#pending = [chunk.subarray(comma + 1)];
    this.#size = 0;
    this.#parse(`[${text}]`, false);
  }

  #parse(text: string, mayBeEmpty: boolean): void {
    const items = parseJson(text) as readonly Json[];
    if (items.length === 0 && !mayBeEmpty) throw new SyntaxError('an item is missing');
    append(this.#items ?? [], items);
  }

  /** Where the last comma between two items is; -1 where there is none. @throws OversizedAnswer */
  #lastComma(chunk: Buffer): number {
    let comma = -1;
    let depth = this.#depth;
    let isText = this.#isText;
    let isEscaped = this.#isEscaped;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index];
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > MAX_DEPTH) throw OversizedAnswer.ofDepth();
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      else if (byte === COMMA && depth === 1) comma = index;
    }
    this.#depth = depth;
    this.#isText = isText;
    this.#isEscaped = isEscaped;
    return comma;
  }
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
