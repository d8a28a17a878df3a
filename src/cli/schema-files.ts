import { readFile } from 'node:fs/promises';
import type { Folder } from './files.ts';

export const SCHEMAS = ['topology', 'config', 'plan'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

function schemaUrl(name: SchemaName): URL {
  return new URL(`../../schema/${name}.schema.json`, import.meta.url);
}

/** The text of a JSON Schema that the package publishes under `schema/`. */
export function readSchema(name: SchemaName): Promise<string> {
  return readFile(schemaUrl(name), 'utf8');
}

const INSTALLED = 'node_modules/brokerform/schema';
/** Git ignores it, as `init` sees to. */
const REFERENCES = '.brokerform';

/**
 * The folder in which editors find the JSON Schemas, offline and in the version that is used here: of the installed
 * package where `package.json` depends on it, so that `npm ci` brings them along; else a folder of references.
 */
export async function schemaFolder(root: Folder): Promise<string> {
  const text = await root.read('package.json').catch(() => '{}');
  return dependsOnUs(text) ? INSTALLED : REFERENCES;
}

function dependsOnUs(packageJson: string): boolean {
  try {
    const { dependencies, devDependencies } = JSON.parse(packageJson) as Record<string, object | undefined>;
    return 'brokerform' in { ...dependencies, ...devDependencies };
  } catch {
    return false;
  }
}

export function schemaPath(folder: string, name: SchemaName): string {
  return `${folder}/${name}.schema.json`;
}

/** Small schemas that refer to those of the running program, where none is installed in the project; those that are there stay. */
export async function schemaReferences(root: Folder, folder: string): Promise<Map<string, string>> {
  const references = new Map<string, string>();
  if (folder !== REFERENCES) return references;
  for (const name of ['config', 'topology'] as const) {
    const path = schemaPath(folder, name);
    if (!(await root.has(path))) references.set(path, referenceTo(name));
  }
  return references;
}

/** Editors follow it offline, and a new version of the program has a new schema in its place. */
export function referenceTo(name: SchemaName): string {
  const reference = { $schema: 'http://json-schema.org/draft-07/schema#', $ref: schemaUrl(name).href };
  return `${JSON.stringify(reference, null, 2)}\n`;
}
