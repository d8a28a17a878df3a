import type { JsonObject } from '../../../model/index.ts';

/** A word of a spec, and the number that stands for it in the protocol. */
export interface WireWord {
  readonly wire: number;
}

/** In the order of the table. */
export function wordsOf<W extends string>(table: Readonly<Record<W, unknown>>): readonly W[] {
  return Object.keys(table) as W[];
}

/** The word for a number of the protocol; undefined for what is newer than the table. */
export function wordOf<W extends string>(table: Readonly<Record<W, WireWord>>, wire: number): W | undefined {
  return wordsOf(table).find((word) => table[word].wire === wire);
}

/** What a kind adds to the schema of a section. */
export interface SectionSchema {
  /** Keys of the section. */
  readonly properties: JsonObject;
  /** Bodies, each under the name of its kind, and what they refer to. */
  readonly $defs: JsonObject;
}

export function ref(definition: string): JsonObject {
  return { $ref: `#/$defs/${definition}` };
}

/** A list of what a definition describes; `null` for none. */
export function listOf(description: string, definition: string): JsonObject {
  return { description, type: ['array', 'null'], items: ref(definition) };
}

/** Bodies by name. */
export function mapOf(description: string, definition: string): JsonObject {
  return { description, type: ['object', 'null'], additionalProperties: ref(definition) };
}

/** JSON Schema (draft-07) of the section, made from those of all kinds. */
export function sectionSchema(parts: readonly SectionSchema[]): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Kafka topology',
    description: 'What a Kafka cluster should have.',
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as JsonObject,
    additionalProperties: false,
    $defs: Object.assign({}, ...parts.map(({ $defs }) => $defs)) as JsonObject,
  };
}
