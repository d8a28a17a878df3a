import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

/** Any one character. */
export const ONE: unique symbol = Symbol('?');
/** Any characters but a slash. */
export const WITHIN: unique symbol = Symbol('*');
/** Any characters. */
export const ACROSS: unique symbol = Symbol('**');

export type GlobPart = string | typeof ONE | typeof WITHIN | typeof ACROSS;

/**
 * Compiles a glob that is cut into single characters and wildcards. A match takes no longer than both are long,
 * multiplied, whatever the glob: globs and names are untrusted input, and a regular
 * expression made of `.*` takes a power of that.
 */
export function wildcardMatcher(glob: readonly GlobPart[]): (text: ArrayLike<string>) => boolean {
  const parts = merged(glob);
  const least = parts.filter((part) => part !== WITHIN && part !== ACROSS).length;
  return (text) => text.length >= least && matches(parts, text);
}

/** Wildcards that stand beside each other match what the wider one of them does. */
function merged(glob: readonly GlobPart[]): GlobPart[] {
  const parts: GlobPart[] = [];
  for (const part of glob) {
    const last = parts.at(-1);
    const isWild = part === WITHIN || part === ACROSS;
    if (!isWild || (last !== WITHIN && last !== ACROSS)) parts.push(part);
    else if (part === ACROSS) parts[parts.length - 1] = ACROSS;
  }
  return parts;
}

/** Where to go on when a way proved wrong: right behind a wildcard, which takes one character more. */
interface Retry {
  readonly part: number;
  from: number;
}

/**
 * Only the last wildcard of each width is ever tried again: what one before it took is as short as can be, and that
 * leaves the most for those that follow.
 */
function matches(parts: readonly GlobPart[], text: ArrayLike<string>): boolean {
  let across: Retry | undefined;
  let within: Retry | undefined;
  let part = 0;
  let at = 0;
  for (;;) {
    const wanted = parts[part];
    if (wanted === ACROSS || wanted === WITHIN) {
      part++;
      const retry = { part, from: at };
      if (wanted === ACROSS) [across, within] = [retry, undefined];
      else within = retry;
      // Nothing follows: the rest of the text is taken, or what a slash leaves of it is not.
      if (wanted === ACROSS && part === parts.length) return true;
      continue;
    }
    if (wanted === undefined ? at === text.length : at < text.length && fits(wanted, text[at])) {
      if (wanted === undefined) return true;
      part++;
      at++;
      continue;
    }
    const retry = extend(within, text, false) ?? extend(across, text, true);
    if (!retry) return false;
    if (retry === across) within = undefined;
    part = retry.part;
    at = retry.from;
  }
}

function fits(wanted: GlobPart, char: string | undefined): boolean {
  return wanted === ONE || wanted === char;
}

/** The retry with one character more; undefined where there is none that its wildcard may take. */
function extend(retry: Retry | undefined, text: ArrayLike<string>, slashes: boolean): Retry | undefined {
  if (!retry || retry.from >= text.length || (!slashes && text[retry.from] === '/')) return undefined;
  retry.from++;
  return retry;
}

/** Compiles a glob of names, in which `*` stands for any characters. */
export function globMatcher(glob: string): (name: string) => boolean {
  const matches = wildcardMatcher(Array.from(glob, (char) => (char === '*' ? ACROSS : char)));
  return (name) => matches(Array.from(name));
}

export type LinearRegex = RE2JS;

let engine: typeof RE2JS | undefined;

/**
 * Compiles a regular expression that somebody wrote, in RE2's syntax: its matches take linear time.
 * https://github.com/google/re2/wiki/Syntax
 * @throws Error with what RE2 does not support
 */
export function compileRegex(source: string): LinearRegex {
  // Loaded with the first expression that needs it: a rule or a kind cannot wait for a promise.
  engine ??= (createRequire(import.meta.url)('re2js') as { RE2JS: typeof RE2JS }).RE2JS;
  return engine.compile(source);
}

/** Why an expression cannot be compiled. */
export function regexProblem(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '');
}
