import type { Address } from './address.ts';

export type Severity = 'error' | 'warning' | 'info';

/** A finding about what the user wrote. A value, never thrown: all of them are collected and sorted. */
export interface Diagnostic {
  /** Of a rule: its path, `rabbitmq/unbound-queue`. Of a stage: `load/duplicate-key`. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong and why, one sentence. */
  readonly message: string;
  readonly at?: Source;
  /** What to do about it. */
  readonly hint?: string;
  readonly address?: Address;
  /** The field of that resource, as a dotted spec path. */
  readonly path?: string;
  /** Other places that the message speaks of, such as the first declaration of a duplicate. */
  readonly related?: readonly Source[];
}

export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareSources(a.at, b.at) ||
    (a.code < b.code ? -1 : a.code > b.code ? 1 : a.message < b.message ? -1 : a.message > b.message ? 1 : 0)
  );
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** A place in a file that the user wrote. Lines and columns count from 1. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  /** The name of the pattern that stands there, of what it expands to. */
  readonly pattern?: string;
}

export function formatSource(at: Source): string {
  return `${at.file}:${at.line}:${at.col}`;
}

/** `from pattern email`, of what a pattern expands to. Raw text. */
export function provenanceOf(at: Source | undefined): string | undefined {
  return at?.pattern === undefined ? undefined : `from pattern ${at.pattern}`;
}

export function compareSources(a: Source | undefined, b: Source | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.col - b.col;
}
