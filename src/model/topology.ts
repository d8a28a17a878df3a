import type { Address } from './address.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { JsonObject } from './json.ts';
import type { Resource } from './resource.ts';
import type { Source } from './source.ts';

/**
 * A provider's section of one YAML document, as plain values with positions at hand.
 * Containers (objects and arrays of `value`) are the keys to positions, so they must not be copied or changed.
 */
export interface Section {
  /** The configured name of the broker that it describes. */
  readonly broker: string;
  readonly value: JsonObject;
  /** The place of a container, or of one of its keys or items. */
  at(container: object, key?: string | number): Source;
  /** The text as written, where it held `${…}`: what a secret is kept as. */
  template(container: object, key: string | number): string | undefined;
  /** A resource's body with the environment's overrides for its address; bad overrides are reported by the loader. */
  overridden(address: Address, kind: string, body: JsonObject): JsonObject;
}

/** What sections declare, with everything that is wrong with them. */
export interface Declared {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
}
