import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from './usage.ts';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a path component is not a directory',
  EEXIST: 'it already exists',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

/** What the file system says is wrong, in words; undefined for any other error. */
export function fileProblem(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? undefined : PROBLEMS[code];
}

/** The error with the name of the file, which Node leaves out where opening worked and reading did not. */
export function namedFileError(error: unknown, file: string): unknown {
  const problem = fileProblem(error);
  return problem === undefined ? error : new InputError(`${file}: ${problem}`);
}

/** @throws InputError */
export async function readInput(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw namedFileError(error, file);
  });
}

/**
 * Writes files that must not be there yet: all of them, or none when one is in the way.
 * @throws InputError naming every file that is in the way.
 */
export async function writeNewFiles(files: ReadonlyMap<string, string>): Promise<void> {
  const present = await Promise.all([...files.keys()].map(exists));
  const inTheWay = [...files.keys()].filter((_, i) => present[i]);
  if (inTheWay.length > 0) {
    throw new InputError(
      `will not overwrite ${inTheWay.join(', ')}; nothing was written`,
      'move it away, or write to another directory',
    );
  }
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    // `wx`: should another process have made it since, it still is not overwritten.
    await writeFile(file, text, { flag: 'wx' });
  }
}

/** Larger files are not compared. */
const MOST_BYTES = 1_000_000;

/** The texts of those of these files that exist; what is no regular file, too large or unreadable is omitted. */
export async function existingTexts(files: Iterable<string>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile() || found.size > MOST_BYTES) continue;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
