/** An element of a document that {@link parseXml} has read. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Elements and text, in their order. */
  readonly children: readonly (XmlElement | string)[];
}

/** https://www.w3.org/TR/xml/#charsets */
const CHARACTERS = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
const NAME = /[A-Za-z_][\w.-]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * A strict parser of the XML that reports are written in: elements, attributes, text and the five predefined entities.
 * @throws Error for whatever else, comments and CDATA included: a report has none, so one can only be smuggled in.
 */
export function parseXml(text: string): XmlElement {
  if (!CHARACTERS.test(text)) throw new Error('a character that XML cannot hold');
  const parser = new Parser(text);
  parser.expect('<?xml version="1.0" encoding="UTF-8"?>');
  parser.space();
  const root = parser.element();
  parser.space();
  parser.end();
  return root;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  expect(token: string): void {
    if (!this.#text.startsWith(token, this.#at)) this.#fail(`no ${token}`);
    this.#at += token.length;
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail('something behind the end');
  }

  space(): boolean {
    const start = this.#at;
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#at > start;
  }

  element(): XmlElement {
    this.expect('<');
    const name = this.#name();
    const attributes: Record<string, string> = {};
    while (this.space() && !/[/>]/.test(this.#text[this.#at] ?? '')) {
      const key = this.#name();
      if (Object.hasOwn(attributes, key)) this.#fail(`${key} twice`);
      this.expect('="');
      attributes[key] = this.#until('"');
      this.expect('"');
    }
    if (this.#text.startsWith('/>', this.#at)) {
      this.expect('/>');
      return { name, attributes, children: [] };
    }
    this.expect('>');
    const children: (XmlElement | string)[] = [];
    while (!this.#text.startsWith('</', this.#at)) {
      if (this.#text[this.#at] === '<') children.push(this.element());
      else children.push(this.#until('<'));
    }
    this.expect(`</${name}>`);
    return { name, attributes, children };
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0] ?? this.#fail('no name');
    this.#at += name.length;
    return name;
  }

  /** Text up to a character, with its entities replaced. */
  #until(stop: string): string {
    const end = this.#text.indexOf(stop, this.#at);
    if (end < 0) this.#fail(`no ${stop}`);
    const raw = this.#text.slice(this.#at, end);
    this.#at = end;
    if (/[<>]/.test(raw)) this.#fail('raw markup');
    return raw.replace(/&([^;]*);?/g, (_, name) => ENTITIES[name] ?? this.#fail(`no entity ${name}`));
  }

  #fail(problem: string): never {
    throw new Error(
      `${problem} at ${this.#at}: ${JSON.stringify(this.#text.slice(this.#at, this.#at + 40))}`,
    );
  }
}
