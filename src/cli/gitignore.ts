import { appendFile, readFile } from 'node:fs/promises';
import { type Folder, namedFileError } from './files.ts';

const FILE = '.gitignore';

/**
 * Has git ignore a folder: writes or extends `.gitignore`, and says which; undefined where it ignores it already.
 * @param folder with a slash at its end
 * @throws InputError
 */
export async function ignoreInGit(root: Folder, folder: string): Promise<'wrote' | 'extended' | undefined> {
  try {
    const before = await readFile(root.at(FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const name = folder.slice(0, -1);
    const ways = [name, `${name}/`, `${name}/*`, `${name}/**`].flatMap((way) => [way, `/${way}`]);
    if (before?.split('\n').some((line) => ways.includes(line.trim()))) return undefined;
    const isOpen = before !== undefined && before !== '' && !before.endsWith('\n');
    await appendFile(root.at(FILE), `${isOpen ? '\n' : ''}${folder}\n`);
    return before === undefined ? 'wrote' : 'extended';
  } catch (error) {
    throw namedFileError(error, FILE);
  }
}
