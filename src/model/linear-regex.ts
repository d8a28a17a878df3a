import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

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
