import { readFile } from 'node:fs/promises';
import type { Folder } from './files.ts';

export const SCHEMAS = ['topology', 'config', 'plan'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

/** The text of a JSON Schema that the package publishes under `schema/`. */
export function readSchema(name: SchemaName): Promise<string> {
  return readFile(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
}

const INSTALLED = 'node_modules/brokerform/schema';
/** Git ignores it, as `init` sees to. */
const COPIES = '.brokerform';

/**
 * The folder in which editors find the JSON Schemas, offline and in the version that is used here: of the installed
 * package where `package.json` depends on it, so that `npm ci` brings them along; else a folder of copies.
 */
export async function schemaFolder(root: Folder): Promise<string> {
  const text = await root.read('package.json').catch(() => '{}');
  return dependsOnUs(text) ? INSTALLED : COPIES;
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

/** The copies of these schemas that are to be written; those that are there stay. */
export async function schemaCopies(
  root: Folder,
  folder: string,
  names: readonly SchemaName[],
): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  if (folder !== COPIES) return copies;
  for (const name of names) {
    const path = schemaPath(folder, name);
    if (!(await root.has(path))) copies.set(path, await readSchema(name));
  }
  return copies;
}
