import type { Json } from '../../../model/index.ts';
import type { Release } from '../version.ts';

/**
 * How a field is written in YAML and kept in a spec.
 * - `duration`: `7d` in YAML, nanoseconds in the API; `durations`: a list of them.
 * - `size`: `1GiB` in YAML, bytes in the API.
 * - `time`: RFC 3339; kept as an instant in UTC, as the server echoes whatever offset was sent.
 * - `list`: texts whose order means nothing, kept sorted.
 * - `table`: texts by text; `object`, `objects`: `parts` tell what is in them. The order of `objects` means nothing.
 */
export type FieldType =
  | 'boolean'
  | 'integer'
  | 'size'
  | 'duration'
  | 'durations'
  | 'text'
  | 'time'
  | 'choice'
  | 'list'
  | 'table'
  | 'object'
  | 'objects';

export interface Field {
  readonly type: FieldType;
  /** What the server takes where the field is not sent. `null`: nothing. */
  readonly default: Json;
  /** What it does, for editors and `explain`. */
  readonly doc: string;
  /** The server line that brought it. Absent: all supported lines have it. */
  readonly since?: Release;
  /** Of a choice: the values, with the line that brought each; null where all have it. */
  readonly choices?: Readonly<Record<string, Release | null>>;
  readonly parts?: Fields;
  /** Parts that must be there. */
  readonly required?: readonly string[];
  /** A limit: the server takes zero and anything below −1 as −1, no limit. */
  readonly unlimited?: true;
  /** What is not declared stays as it is, rather than to return to its default. */
  readonly kept?: true;
  /** The smallest value, in the API's unit. */
  readonly minimum?: number;
  readonly maximum?: number;
}

/** By the API's name. */
export type Fields = Readonly<Record<string, Field>>;

export const SECOND = 1_000_000_000;
export const MINUTE = 60 * SECOND;

/** Nobody sets these in the API itself, or they are what the address says already. */
export const IDENTITY = new Set(['name', 'durable_name']);

/** Of `metadata`: what servers since 2.11 add about themselves. */
export function isServerMetadata(key: string): boolean {
  return key.startsWith('_nats.');
}
