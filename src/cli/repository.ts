import { existsSync, realpathSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type Folder, namedFileError } from './files.ts';

/** What GitHub, GitLab and Jenkins call the folder of the checkout. */
const CHECKOUTS = ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR', 'WORKSPACE'];

/**
 * A folder as seen from the root of its repository, with slashes: CI systems want paths from there, wherever a
 * command runs. Without a repository the CI's own checkout is the root, and else the folder itself.
 */
export function folderInRepository(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const root = repositoryRoot(directory) ?? checkoutOf(directory, env) ?? directory;
  return relative(root, directory).split(sep).join('/');
}

/** The nearest folder with a `.git`, which is a file in work trees and submodules. */
function repositoryRoot(directory: string): string | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function checkoutOf(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const folders = CHECKOUTS.flatMap((name) => realPath(env[name]) ?? []);
  return folders.find((folder) => !relative(folder, directory).startsWith('..'));
}

/** The working directory is a real path; what the environment says may lead through links. */
function realPath(path: string | undefined): string | undefined {
  if (!path || !existsSync(path)) return undefined;
  return realpathSync(path);
}

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
