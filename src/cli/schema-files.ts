import { readFile } from 'node:fs/promises';

export const SCHEMAS = ['topology', 'config', 'plan'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

/** The text of a JSON Schema that the package publishes under `schema/`. */
export function readSchema(name: SchemaName): Promise<string> {
  return readFile(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
}
