import type { Address } from './address.ts';
import type { JsonObject } from './json.ts';
import type { Source } from './source.ts';

/** A field change made ready to read: names and values as people write them. */
export interface FieldLine {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  readonly at?: Source;
  readonly immutable?: string;
}

/** What a destructive step puts at stake, as last read. */
export interface Affected {
  readonly text: string;
  readonly values: JsonObject;
  /** ISO 8601, UTC. */
  readonly readAt: string;
}

/** A resource that a plan changes, in YAML: the live state as `import` writes it, and the desired state. */
export interface ResourceYaml {
  readonly address: Address;
  /** Absent for a new resource. */
  readonly live?: string;
  /** Absent for a deleted resource. */
  readonly desired?: string;
}
