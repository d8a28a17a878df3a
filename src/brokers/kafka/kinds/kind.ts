import {
  type Body,
  type Change,
  type DeclareCollector,
  type JsonObject,
  type Kind,
  parseAddress,
  type Resource,
} from '../../../model/index.ts';
import type { SectionSchema } from '../fields/field.ts';

/**
 * A kind, and how it stands in a section. Declared and live specs of a kind have the same shape. Keys that the desired
 * spec lacks are left alone, so each optional field is a top-level key. A raw live spec has config values as the
 * broker prints them, as text: `604800000`, `compact,delete`, `0.5`; `complete` makes typed values of both sides.
 */
export interface KafkaKind extends Kind {
  readonly schema: SectionSchema;
  /** Declares what a section says of this kind. */
  declare(collector: Collector, section: Body): void;
  /** Resources of this kind as a section that a person would have written: `{ topics: {…} }`, or `{}` for none. */
  toSection(resources: readonly Resource[]): JsonObject;
  /** Notes for the user on what `toSection` omits. */
  notes?(resources: readonly Resource[]): string[];
}

/** Codes of declaration errors. Lint rules have their own. */
export type DeclareCode =
  | 'given-twice'
  | 'bad-value'
  | 'bad-name'
  | 'reserved-name'
  | 'reserved-config'
  | 'literal-secret'
  | 'acl-resource'
  | 'quota-entity';

export type Collector = DeclareCollector<DeclareCode>;

export type Update = Extract<Change, { action: 'update' | 'replace' }>;

/** The first name in a resource's address: of a topic, of a user. */
export function nameOf(resource: Resource): string {
  return parseAddress(resource.address).path[0] ?? '';
}
