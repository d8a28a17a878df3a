import { join, relative } from 'node:path';
import { formatSource } from '../model/index.ts';
import type { Folder } from './files.ts';
import type { Imported, ImportSource } from './import-source.ts';
import { schemaFolder, schemaPath } from './schema-files.ts';
import { withModeline } from './starter.ts';

/** File name → text. */
export type Files = Map<string, string>;

export async function snapshotFiles(sources: readonly ImportSource[], folder = ''): Promise<Files> {
  const { writeSnapshot } = await import('../workflow/index.ts');
  const text = writeSnapshot(sources.map(({ snapshot }) => snapshot));
  return new Map([[join(folder, 'snapshot.json'), text]]);
}

/** Topology files in a folder below that of the run. What was not imported is listed at the top of the first of them. */
export async function topologyFiles(
  root: Folder,
  { sources, leftovers, unread = [] }: Imported,
  folder = '',
): Promise<Files> {
  const { toYaml } = await import('../workflow/index.ts');
  const schema = relative(
    root.at(folder),
    root.at(schemaPath(await schemaFolder(root), 'topology')),
  ).replaceAll('\\', '/');
  const files: Files = new Map();
  let told = (leftovers ?? unread).map(
    ({ message, at }) => `not imported: ${at ? `${formatSource(at)} ` : ''}${message}`,
  );
  for (const { snapshot, provider, isOnlyOfItsType } of sources) {
    // Files of several brokers may have one name.
    const prefix = sources.length > 1 ? `${isOnlyOfItsType ? provider.name : snapshot.broker.name}-` : '';
    for (const [name, text] of toYaml(snapshot, provider, !isOnlyOfItsType, told)) {
      files.set(join(folder, fileName(prefix + name)), withModeline(schema, text));
      told = [];
    }
  }
  return files;
}

/** Names may come from the broker, where a vhost can be called `../../etc`. */
function fileName(name: string): string {
  const stem = name.replace(/\.ya?ml$/, '');
  return `${encodeURIComponent(stem).replace(/^\./, '%2E')}.yaml`;
}
