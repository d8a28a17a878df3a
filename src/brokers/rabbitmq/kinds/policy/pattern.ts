import { compileRegex, type LinearRegex, regexProblem } from '../../../../model/index.ts';

/**
 * A regular expression that names of queues and exchanges are matched with. The broker's are Erlang's PCRE, and may
 * come from a stranger's pull request or from a live broker. PCRE's own way of matching takes exponential time for
 * some of them, so RE2 matches here, in a time that grows with pattern and name. It has no backreferences and hardly any
 * lookaround: what such a pattern matches is unknown, and so is all else of which it is not certain that both engines
 * take it alike. Compared with RabbitMQ 3.10.8 and 4.3.6 in `test/live/rabbitmq/patterns.test.ts`.
 */
export interface NamePattern {
  /** Why it cannot be told of any name whether it matches; undefined where it can of plain names. */
  readonly unknown?: string;
  /** Undefined where it is not known what the broker would say. */
  matches(name: string): boolean | undefined;
}

/** In characters, with all repetitions written out. */
const LARGEST = 8192;
const LONGEST_NAME = 1024;

/**
 * Work that one set of patterns may cause, in characters of patterns times characters of names: some seconds at the
 * worst. Where it is used up, the rest is unknown.
 */
const MOST_WORK = 4e8;
/** Compiling a character of a pattern takes about as long as matching so many. */
const COMPILING = 1000;

/** Compiles patterns, each once, and bounds the time that all of them take. */
export class NamePatterns {
  readonly #known = new Map<string, NamePattern>();
  #work = 0;

  compile(text: string): NamePattern {
    const known = this.#known.get(text) ?? this.#compile(text);
    this.#known.set(text, known);
    return known;
  }

  #compile(text: string): NamePattern {
    const simple = simpleMatcher(text);
    if (simple) return { matches: (name) => (hasControl(name) ? undefined : simple(name)) };
    const syntax = certainSyntax(bytesOf(text), LARGEST);
    if ('unknown' in syntax) return unknown(syntax.unknown);
    const { all, none, size, classes } = syntax;
    if (!this.#spend(size * COMPILING)) return unknown('there are too many large patterns');
    const wanted: LinearRegex[] = [];
    const unwanted: LinearRegex[] = [];
    try {
      for (const source of all) wanted.push(compileRegex(source));
      for (const source of none) unwanted.push(compileRegex(source));
    } catch (error) {
      return unknown(regexProblem(error));
    }
    return {
      matches: (name) => {
        if (hasControl(name) || (classes && !isAscii(name))) return undefined;
        const bytes = bytesOf(name);
        if (bytes.length > LONGEST_NAME || !this.#spend(size * (bytes.length + 1))) return undefined;
        return wanted.every((regex) => regex.test(bytes)) && !unwanted.some((regex) => regex.test(bytes));
      },
    };
  }

  #spend(work: number): boolean {
    this.#work += work;
    return this.#work <= MOST_WORK;
  }
}

function unknown(reason: string): NamePattern {
  return { unknown: reason, matches: () => undefined };
}

const SIMPLE = /^(\^?)((?:[A-Za-z0-9_-]|\\[.-])*)((?:\.\*)?)(\$?)$/;

/** Most patterns are a literal beginning or end, which needs no engine. */
function simpleMatcher(text: string): ((name: string) => boolean) | undefined {
  if (text.length > LARGEST) return undefined;
  const [, start, escaped = '', rest, end] = SIMPLE.exec(text) ?? [];
  if (start === undefined) return undefined;
  const literal = escaped.replaceAll('\\', '');
  const isOpen = rest !== '' || end === '';
  if (start === '') return (name) => (isOpen ? name.includes(literal) : name.endsWith(literal));
  return (name) => (isOpen ? name.startsWith(literal) : name === literal);
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** Line ends and their like are where the engines differ: `$` matches before a last line end in one of them. */
function hasControl(name: string): boolean {
  return /\p{Cc}/u.test(name);
}

/** The broker matches byte by byte, each taken for a character of Latin-1. */
function bytesOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The pattern of a policy for one name. */
export function exactPattern(name: string): string {
  return `^${escapePattern(name)}$`;
}

/** The part of a pattern that matches exactly this text. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A pattern that both engines take alike, if RE2 takes it at all. */
interface Certain {
  /** For RE2: a name matches where it matches all of these and none of the next. */
  readonly all: readonly string[];
  readonly none: readonly string[];
  /** Characters, once all that is repeated by number is written out; never too little. */
  readonly size: number;
  /** Whether it names classes of characters, which differ beyond ASCII. */
  readonly classes: boolean;
}

interface Unknown {
  /** What it is for which no name can be told to match. */
  readonly unknown: string;
}

/** Escapes of one letter that mean the same in both; `\Z` is translated. */
const SAME = /^[dDwWsSbBAztnrfa]$/;
const CLASSES = /\\[dDwWsSbB]|\[:|\(\?[a-zA-Z-]*i/;
const PUNCTUATION = /^[!-/:-@[-`{-~ ]$/;
const COUNT = /^\{(0|[1-9]\d{0,4})(?:,((?:0|[1-9]\d{0,4})?))?\}/;
/** RE2 refuses to repeat more often. */
const MOST_REPEATS = 1000;

/**
 * Reads a pattern as far as is needed to say whether PCRE and RE2 agree about it, or RE2 refuses it: escapes and counted
 * repetitions are where the two take the same text for something else. A lookahead at the very beginning, as in
 * `^(?!amq\.)`, is a condition of its own.
 * @param text in bytes, each a character
 * @param largest the size above which a pattern is unknown
 */
function certainSyntax(text: string, largest: number): Certain | Unknown {
  if (text.length > largest) return { unknown: `it is longer than ${largest} characters` };
  const { all, none } = splitLookaheads(text);

  const parts = [...all, ...none].map(translate);
  const problem = parts.find((part) => 'unknown' in part);
  if (problem && 'unknown' in problem) return problem;
  const sound = parts.flatMap((part) => ('unknown' in part ? [] : [part]));
  const size = sound.reduce((sum, part) => sum + part.source.length * part.repeats, 0);
  if (size > largest) return { unknown: 'it repeats too much' };
  const sources = sound.map(({ source }) => source);
  return {
    all: sources.slice(0, all.length),
    none: sources.slice(all.length),
    size,
    classes: CLASSES.test(text),
  };
}

function translate(text: string): { source: string; repeats: number } | Unknown {
  let source = '';
  let repeats = 1;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '\\') {
      const read = readEscape(text, i + 1);
      if (read === undefined) return { unknown: `\\${text[i + 1] ?? ''} is not supported` };
      source += read;
      // All are as long as they were written.
      i += read.length - 1;
      continue;
    }
    if (char === '{') {
      const ahead = text.slice(i, i + 14);
      const [whole, least = '', most = ''] = COUNT.exec(ahead) ?? [];
      // PCRE and its versions differ in what of `{,3}`, `{ 1, 3 }` and `{01}` is a repetition.
      if (whole === undefined && /^\{[\d ,]/.test(ahead)) return { unknown: '{ is no plain repetition' };
      if (whole !== undefined) {
        repeats = Math.min(MOST_REPEATS, repeats * Math.max(1, Number(least), Number(most)));
      }
    }
    source += char;
  }
  return { source, repeats };
}

/** An escape with its backslash, as RE2 takes it; undefined where the engines differ, or may. */
function readEscape(text: string, at: number): string | undefined {
  const char = text[at] ?? '';
  if (char === 'Z') return '\\z';
  if (char === 'x') {
    const digits = text.slice(at + 1, at + 3);
    return /^[0-9a-fA-F]{2}$/.test(digits) ? `\\x${digits}` : undefined;
  }
  return SAME.test(char) || PUNCTUATION.test(char) ? `\\${char}` : undefined;
}

/** What a name must match, and what it may not. */
interface Conditions {
  readonly all: readonly string[];
  readonly none: readonly string[];
}

/**
 * Takes lookaheads off the beginning of an anchored pattern: `^(?!amq\.)orders` holds where `^(?:orders)` does, and
 * `^(?:amq\.)` does not. Everything else is left as it is, for RE2 to refuse.
 */
function splitLookaheads(text: string): Conditions {
  const whole = { all: [text], none: [] };
  const all: string[] = [];
  const none: string[] = [];
  if (!text.startsWith('^(?!') && !text.startsWith('^(?=')) return whole;
  let rest = text.slice(1);
  while (rest.startsWith('(?!') || rest.startsWith('(?=')) {
    const { closing } = outline(rest);
    if (closing === undefined) return whole;
    (rest.startsWith('(?!') ? none : all).push(`^(?:${rest.slice(3, closing)})`);
    rest = rest.slice(closing + 1);
  }
  // The anchor and the lookaheads belong to the first alternative only, and what is quantified is not just looked at.
  if (outline(rest).alternatives || /^[*+?{]/.test(rest)) return whole;
  return { all: [`^(?:${rest})`, ...all], none };
}

/** Where the group that a text begins with ends, and whether the text has alternatives outside of groups. */
function outline(text: string): { closing?: number; alternatives: boolean } {
  let depth = 0;
  let closing: number | undefined;
  let alternatives = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '[') i = endOfClass(text, i);
    else if (char === '(') depth++;
    else if (char === '|' && depth === 0) alternatives = true;
    else if (char === ')' && --depth === 0) closing ??= i;
  }
  return { ...(closing !== undefined && { closing }), alternatives };
}

/** The bracket that ends a class; one that comes first in it stands for itself. */
function endOfClass(text: string, start: number): number {
  const first = text[start + 1] === '^' ? start + 2 : start + 1;
  for (let i = first; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith('[:', i)) i = Math.max(i, text.indexOf(':]', i) + 1);
    else if (text[i] === ']' && i > first) return i;
  }
  return text.length;
}
