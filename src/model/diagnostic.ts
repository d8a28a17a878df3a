import type { Address } from './address.ts';
import { compareSources, type Source } from './source.ts';

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
