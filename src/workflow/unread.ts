import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { notCarriedOver, pathTo } from '../import/index.ts';
import { loadForeign } from '../load/index.ts';
import { type Diagnostic, type Json, type Provider, parseJson, type UnreadPart } from '../model/index.ts';

/**
 * What of a broker's own export was not read, with its place in the file.
 * @param file that {@link readExport} has read
 */
export async function unreadInExport(
  file: string,
  provider: Provider,
  directory = '',
): Promise<Diagnostic[]> {
  const text = await readFile(resolve(directory, file), 'utf8');
  const parts = provider.unreadInExport?.(parseJson(text.replace(/^\uFEFF/, ''))) ?? [];
  if (parts.length === 0) return [];
  // Places cost more than values: they are looked up only where there is something to say.
  const [document] = loadForeign([file], directory).documents;
  return parts.map((part) => {
    const what = part.path.reduce<string>((name, key) => pathTo(name, key), '');
    return notCarriedOver(what, part.why, placeOf(part, document) ?? { file, line: 1, col: 1 });
  });
}

function placeOf(
  { path }: UnreadPart,
  document: ReturnType<typeof loadForeign>['documents'][number] | undefined,
) {
  let value: Json | undefined = document?.value;
  let at = document?.at;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    at = document?.places.at(value, key) ?? at;
    value = (value as Readonly<Record<string | number, Json>>)[key];
  }
  return at;
}
