import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ImportSource } from './import-source.ts';
import { readSchema } from './schema-files.ts';
import { SCHEMA_FILES, withModeline } from './starter.ts';

/** File name → text. */
export type Files = Map<string, string>;

export async function snapshotFiles({ snapshot }: ImportSource, folder = ''): Promise<Files> {
  const { writeSnapshot } = await import('../pipeline/index.ts');
  return new Map([[join(folder, 'snapshot.json'), writeSnapshot([snapshot])]]);
}

/** Topology files in a folder, with the schema that they refer to where it is not there yet. */
export async function topologyFiles(source: ImportSource, folder = ''): Promise<Files> {
  const { toYaml } = await import('../pipeline/index.ts');
  const { snapshot, provider, isOnlyOfItsType } = source;
  const schema = relative(folder, SCHEMA_FILES.topology).replaceAll('\\', '/');
  const files: Files = new Map();
  for (const [name, text] of toYaml(snapshot, provider, !isOnlyOfItsType)) {
    files.set(join(folder, fileName(name)), withModeline(schema, text));
  }
  return files;
}

/** Names may come from the broker, where a vhost can be called `../../etc`. */
function fileName(name: string): string {
  const stem = name.replace(/\.ya?ml$/, '');
  return `${encodeURIComponent(stem).replace(/^\./, '%2E')}.yaml`;
}

/** The topology schema for editors, where no earlier `init` or `import` has put it. */
export async function schemaFiles(): Promise<Files> {
  const isThere = await stat(SCHEMA_FILES.topology).then(
    () => true,
    () => false,
  );
  return isThere ? new Map() : new Map([[SCHEMA_FILES.topology, await readSchema('topology')]]);
}
