import { isObject, type Json, mapJson } from './json.ts';

const MASK = '(secret)';

/** Settings that hold a secret, by their name: `password`, `token`, `sasl.password`, `nkey`. */
const SECRET_KEY = /pass|secret|token|nkey|seed|credential/i;

/** Below this many characters a secret is masked only where it stands as a word: else it would be found everywhere. */
const SHORT = 6;

/**
 * The secrets of one connection, and the one place where they are taken out of texts: a broker, a proxy or a client
 * library may quote them in what it says, as they are or encoded.
 */
export class Secrets {
  readonly #values = new Set<string>();
  /** Lines of keys and credentials files. */
  readonly #codes = new Set<string>();
  readonly #users = new Set<string>();
  #pattern: RegExp | undefined;

  /** @param settings of a connection, resolved */
  constructor(settings: unknown) {
    this.#collect(settings, false);
  }

  /**
   * A value from the environment, a file or a command. Keys, seeds and tokens among several lines count each by itself,
   * instead of the whole.
   */
  add(value: string): void {
    if (value === '' || this.#values.has(value)) return;
    const lines = value.split('\n').map((line) => line.trim());
    const codes = lines.length > 1 ? lines.filter((line) => CODE.test(line)) : [];
    for (const code of codes) this.#codes.add(code);
    if (codes.length === 0) this.#values.add(value);
    for (const [user, password] of loginsIn(value)) {
      this.#users.add(user);
      this.add(password);
    }
    this.#pattern = undefined;
  }

  mask(text: string): string {
    this.#pattern ??= this.#compile();
    return text.replace(this.#pattern, MASK);
  }

  /** The same data with every text in it masked. */
  maskAll<T>(data: T): T {
    return mapJson(data as Json, (one) => (typeof one === 'string' ? this.mask(one) : undefined)) as T;
  }

  /** The same error with its texts masked, and those of its causes: stack traces show them. */
  maskError<E>(error: E, depth = 0): E {
    if (!(error instanceof Error) || depth > CAUSES) return error;
    for (const key of ['message', 'stack', 'hint', 'failure'] as const) {
      const value: unknown = Reflect.get(error, key);
      if (value === undefined) continue;
      Object.defineProperty(error, key, { value: this.maskAll(value), configurable: true, writable: true });
    }
    if (error instanceof AggregateError) for (const one of error.errors) this.maskError(one, depth + 1);
    this.maskError(error.cause, depth + 1);
    return error;
  }

  #collect(value: unknown, isSecret: boolean): void {
    if (typeof value === 'string') {
      if (isSecret) this.add(value);
      for (const [user, password] of loginsIn(value)) {
        this.#users.add(user);
        this.add(password);
      }
    } else if (Array.isArray(value)) {
      for (const item of value) this.#collect(item, isSecret);
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (/^user(name)?$/i.test(key) && typeof item === 'string') this.#users.add(item);
        // Commands print a token, and files hold one: their names are no secrets.
        this.#collect(item, SECRET_KEY.test(key) && !/command|file|^credentials$/i.test(key));
      }
    }
  }

  #compile(): RegExp {
    // A password that is the user's name is no secret that could be kept: the default login is guest, guest.
    const values = [...this.#values].filter((value) => !this.#users.has(value));
    const encoded = values.flatMap((value) => ['', ...this.#users].flatMap((user) => base64Of(value, user)));
    const codes = [...this.#codes, ...encoded, ...values.filter((value) => CODE.test(value))];
    const others = values.filter((value) => !CODE.test(value));
    // The longest first: one secret may be a part of another.
    const patterns = [...longestFirst(codes).map(codePattern), ...longestFirst(others).map(patternOf)];
    return patterns.length === 0 ? /(?!)/g : new RegExp(patterns.join('|'), 'g');
  }
}

/** A token, a seed or a line of a private key: long, and of characters that hardly anything writes in another way. */
const CODE = /^[\w+/=.~-]{32,}$/;

/** Errors that cause one another; a chain of more is cut. */
const CAUSES = 10;

/** Users and passwords of the URIs in a text, decoded and as they stand. */
function loginsIn(text: string): [string, string][] {
  return [...text.matchAll(/:\/\/([^\s/:@]*):([^\s/@]*)@/g)].flatMap(([, user = '', password = '']) => [
    [user, password] as [string, string],
    [decoded(user), decoded(password)] as [string, string],
  ]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As `Authorization: Basic` and SASL PLAIN carry it, and by itself; without padding, which may be left out. */
function base64Of(value: string, user: string): string[] {
  const texts = user === '' ? [value] : [`${user}:${value}`, `\0${user}\0${value}`];
  return texts.flatMap((text) =>
    (['base64', 'base64url'] as const).map((encoding) =>
      Buffer.from(text).toString(encoding).replace(/=+$/, ''),
    ),
  );
}

function longestFirst(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => b.length - a.length);
}

/** Base64 and the like, with those of its characters that URIs and JSON may encode. */
function codePattern(text: string): string {
  const source = text.replace(/[+/=.~-]/g, (one) => {
    const [high = '', low = ''] = one.charCodeAt(0).toString(16);
    return `(?:\\${one}|\\\\\\${one}|%${high}[${low}${low.toUpperCase()}])`;
  });
  return text.length < SHORT ? `(?<!\\w)${source}(?!\\w)` : source;
}

/** Matches a text however each of its characters is written: as it is, percent-encoded, escaped in JSON or HTML. */
function patternOf(text: string): string {
  const source = [...text.toWellFormed()].map(characterPattern).join('');
  return text.length < SHORT ? `(?<!\\w)${source}(?!\\w)` : source;
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};
const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function characterPattern(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const percent = [...Buffer.from(character)].map(
    (byte) => `%${anyCase(byte.toString(16).padStart(2, '0'))}`,
  );
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const escapes = units.map((unit) => `\\\\u${anyCase(unit.toString(16).padStart(4, '0'))}`);
  const ways = [
    ...(HTML[character] ? [HTML[character]] : []),
    ...(JSON_ESCAPES[character] ? [literal(JSON_ESCAPES[character])] : []),
    ...(character === ' ' ? ['\\+'] : []),
    percent.join(''),
    escapes.join(''),
    `&#0*${code};`,
    `&#x0*${anyCase(hex)};`,
    literal(character),
  ];
  return `(?:${ways.join('|')})`;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
