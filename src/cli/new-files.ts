import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from './usage.ts';

/**
 * Writes files that must not be there yet: all of them, or none when one is in the way.
 * @throws InputError naming every file that is in the way.
 */
export async function writeNewFiles(files: ReadonlyMap<string, string>): Promise<void> {
  const present = await Promise.all([...files.keys()].map(exists));
  const inTheWay = [...files.keys()].filter((_, i) => present[i]);
  if (inTheWay.length > 0) {
    throw new InputError(
      `will not overwrite ${inTheWay.join(', ')}. Nothing was written`,
      'move it away, or write to another directory',
    );
  }
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    // `wx`: should another process have made it since, it still is not overwritten.
    await writeFile(file, text, { flag: 'wx' });
  }
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
