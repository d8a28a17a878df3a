import { append } from '../../../model/index.ts';

/*
 * The subject of one message, by its tokens. A transform can put a random number in place of a token, so that it
 * depends on chance whether a pattern matches.
 */

/** Null for a random number. */
export type Token = string | null;
export type Subject = readonly Token[];

/** Whether a pattern matches: `maybe` where a random number decides. */
export type Match = 'yes' | 'maybe' | 'no';

/** A pattern, split: `orders.*.>`. */
export type Pattern = readonly string[];

const NUMBER = /^\d{1,10}$/;

export function tokensOf(text: string): string[] {
  return text.split('.');
}

export function subjectText(subject: Subject): string {
  return subject.map((token) => token ?? '<random>').join('.');
}

/** The tokens of a subject are literal, also one that reads `*`, as a transform can make it. */
export function match(subject: Subject, pattern: Pattern): Match {
  let found: Match = 'yes';
  for (const [i, wanted] of pattern.entries()) {
    const token = subject[i];
    if (token === undefined) return 'no';
    if (wanted === '>') return found;
    if (wanted === '*' || token === wanted) continue;
    if (token !== null || !NUMBER.test(wanted)) return 'no';
    found = 'maybe';
  }
  return subject.length === pattern.length ? found : 'no';
}

/*
 * Subject transforms as the server computes them: server/subject_transform.go of 2.9 to 2.15.
 * https://docs.nats.io/nats-concepts/subject_mapping
 */

export interface Transform {
  readonly source: Pattern;
  /** The subject of a message that the source matches. Undefined where a random number decides how many tokens it has. */
  apply(subject: Subject): Subject | undefined;
}

/** One token of a destination: the tokens that it becomes, or undefined. */
type Part = (subject: Subject) => readonly Token[] | undefined;

/**
 * @param source all subjects if empty
 * @returns undefined for a destination that leaves subjects as they are, and for one that servers reject
 */
export function compileTransform(source: string, destination: string): Transform | undefined {
  if (destination === '') return undefined;
  const from = tokensOf(source === '' ? '>' : source);
  const to = tokensOf(destination);
  const wildcards = from.flatMap((token, i) => (token === '*' ? [i] : []));
  const hasTail = to.at(-1) === '>';
  const parts = (hasTail ? to.slice(0, -1) : to).map((token) => partOf(token, wildcards));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return {
    source: from,
    apply(subject) {
      const made: Token[] = [];
      for (const part of parts) {
        const tokens = part(subject);
        if (!tokens) return undefined;
        append(made, tokens);
      }
      return hasTail ? [...made, ...subject.slice(from.length - 1)] : made;
    },
  };
}

/** The transformed subject; the same one where the source does not match; undefined where chance decides. */
export function transformed(subject: Subject, transform: Transform | undefined): Subject | undefined {
  if (!transform) return subject;
  const found = match(subject, transform.source);
  if (found === 'maybe') return undefined;
  return found === 'yes' ? transform.apply(subject) : subject;
}

const CALL = /^\{\{\s{0,99}([a-zA-Z]{1,20})\s{0,99}\((.{0,999})\)\s{0,99}\}\}$/s;
const INTEGER = /^[+-]?\d{1,15}$/;

function partOf(token: string, wildcards: readonly number[]): Part | undefined {
  // As the server does: no wildcard of a number below 1 is the first token.
  const tokenAt = (number: number) => wildcards[number - 1] ?? 0;
  if (/^\$[+-]?\d{1,15}$/.test(token)) return copy(tokenAt(Number(token.slice(1))));
  const [, name = '', list = ''] = CALL.exec(token) ?? [];
  if (name === '') return () => [token];
  const args = list.split(/,\s*/);
  const numbers = args.map((arg) => arg.trim()).map((arg) => (INTEGER.test(arg) ? Number(arg) : undefined));
  const [first, second] = numbers;
  if (first === undefined) return undefined;
  switch (name.toLowerCase()) {
    case 'wildcard':
      return copy(tokenAt(first));
    case 'random':
      return first === 0 ? () => ['0'] : () => [null];
    case 'partition': {
      const indexes = numbers.slice(1).map((number) => tokenAt(number ?? 0));
      return (subject) => partition(first, indexes.length > 0 ? pick(subject, indexes) : joined(subject));
    }
    case 'split': {
      const [, delimiter] = args;
      if (delimiter === undefined) return undefined;
      return rewrite(tokenAt(first), (bytes) => split(bytes, toBytes(delimiter)));
    }
    default: {
      const cut = Object.hasOwn(CUTS, name.toLowerCase()) ? CUTS[name.toLowerCase()] : undefined;
      if (!cut || second === undefined) return undefined;
      return rewrite(tokenAt(first), (bytes) =>
        second > 0 && second < bytes.length ? cut(bytes, second) : bytes,
      );
    }
  }
}

function copy(index: number): Part {
  return (subject) => [subject[index] ?? null];
}

/** Applies a function to the bytes of a token, one character a byte: servers cut between bytes. */
function rewrite(index: number, work: (bytes: string) => string): Part {
  return (subject) => {
    const token = subject[index];
    return token === undefined || token === null ? undefined : tokensOf(fromBytes(work(toBytes(token))));
  };
}

/** By lower-case name, for a length above 0 and below that of the token. */
const CUTS: Readonly<Record<string, (bytes: string, length: number) => string>> = {
  left: (bytes, length) => bytes.slice(0, length),
  right: (bytes, length) => bytes.slice(-length),
  splitfromleft: (bytes, length) => `${bytes.slice(0, length)}.${bytes.slice(length)}`,
  splitfromright: (bytes, length) => `${bytes.slice(0, -length)}.${bytes.slice(-length)}`,
  slicefromleft: (bytes, length) => slices(bytes, length).join('.'),
  slicefromright(bytes, length) {
    const rest = bytes.length % length;
    return [...(rest > 0 ? [bytes.slice(0, rest)] : []), ...slices(bytes.slice(rest), length)].join('.');
  },
};

function slices(bytes: string, length: number): string[] {
  const found: string[] = [];
  for (let i = 0; i < bytes.length; i += length) found.push(bytes.slice(i, i + length));
  return found;
}

/** Empty parts leave no dot behind, but for some at an end: the server's own loop. */
function split(bytes: string, delimiter: string): string {
  const parts = delimiter === '' ? Array.from(fromBytes(bytes), toBytes) : bytes.split(delimiter);
  let made = '';
  for (const [i, part] of parts.entries()) {
    made += part;
    const next = parts[i + 1];
    if (next !== undefined && next !== '' && !(i === 0 && part === '')) made += '.';
  }
  return made;
}

function pick(subject: Subject, indexes: readonly number[]): string | undefined {
  const tokens = indexes.map((index) => subject[index] ?? null);
  return tokens.includes(null) ? undefined : tokens.join('');
}

function joined(subject: Subject): string | undefined {
  return subject.includes(null) ? undefined : subject.join('.');
}

/** FNV-1a of 32 bits, modulo the number of partitions; 0 for none. An unknown key gives an unknown number. */
function partition(count: number, key: string | undefined): Token[] {
  if (count === 0) return ['0'];
  if (key === undefined) return [null];
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return [String((hash >>> 0) % (count >>> 0))];
}

function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
