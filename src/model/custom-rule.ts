import type { Severity } from './diagnostic.ts';
import type { Json } from './json.ts';
import type { Source } from './source.ts';

/** Begins the code of every rule of a project. */
export const CUSTOM_PREFIX = 'custom/';

/** A rule of `lint.custom`: a convention of a project, as data. */
export interface CustomRule {
  /** `custom/queue-names` */
  readonly code: string;
  readonly at: Source;
  readonly severity: Severity;
  readonly description?: string;
  readonly hint?: string;
  /** Globs of whole addresses. */
  readonly match: readonly string[];
  /** Globs of files, relative to the configuration; every file where absent. */
  readonly files?: readonly string[];
  /** A regular expression in RE2's syntax that the whole last part of an address must match. */
  readonly name?: string;
  /** By the name of a field, as plans show it. */
  readonly fields: ReadonlyMap<string, FieldRule>;
}

/** What a field must be. */
export interface FieldRule {
  readonly at: Source;
  /** True: a file must declare it. False: none may. */
  readonly required?: boolean;
  readonly oneOf?: readonly Json[];
  readonly min?: Bound;
  readonly max?: Bound;
}

/** A limit as it was written, and its value: nanoseconds of a duration, bytes of a size, or a plain number. */
export interface Bound {
  readonly text: string;
  readonly quantity: ComparableQuantity;
}

export interface ComparableQuantity {
  readonly unit: 'duration' | 'size' | 'number';
  readonly value: bigint;
}
