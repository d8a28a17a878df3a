import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

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
