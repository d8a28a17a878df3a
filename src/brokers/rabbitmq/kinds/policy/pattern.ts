import { compileRegex, type LinearRegex, regexProblem } from '../../../../model/index.ts';
import { certainSyntax } from './syntax.ts';

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

/** The part of a pattern that matches exactly this text. */
/** The pattern of a policy for one name. */
export function exactPattern(name: string): string {
  return `^${escapePattern(name)}$`;
}

export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
