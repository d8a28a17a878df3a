import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../model/index.ts';

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

/** Larger files are not compared. */
const MOST_BYTES = 1_000_000;

/** Bytes that are read at once. */
const PART = 1_048_576;

/** The folder of a run. Names are relative to it, and errors carry them as they were given. */
export class Folder {
  /** @param path absolute */
  constructor(readonly path: string) {}

  at(name: string): string {
    return resolve(this.path, name);
  }

  /** @throws InputError */
  async read(name: string): Promise<string> {
    return readFile(this.at(name), 'utf8').catch(renamed(name));
  }

  /** The text of a file, as it is read. @throws InputError */
  async *parts(name: string): AsyncGenerator<string> {
    const { createReadStream } = await import('node:fs');
    const stream = createReadStream(this.at(name), { encoding: 'utf8', highWaterMark: PART });
    try {
      yield* stream as AsyncIterable<string>;
    } catch (error) {
      throw namedFileError(error, name);
    }
  }

  /** Bytes of a regular file. */
  async size(name: string): Promise<number | undefined> {
    const found = await stat(this.at(name)).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  }

  /** @param text as a whole or in parts @throws InputError */
  async write(name: string, text: string | Iterable<string>): Promise<void> {
    await writeFile(this.at(name), text).catch(renamed(name));
  }

  has(name: string): Promise<boolean> {
    return stat(this.at(name)).then(
      () => true,
      () => false,
    );
  }

  /**
   * Writes files that must not be there yet: all of them, or none when one is in the way.
   * @throws InputError naming every file that is in the way.
   */
  async writeNew(files: ReadonlyMap<string, string>): Promise<void> {
    const names = [...files.keys()];
    const present = await Promise.all(names.map((name) => this.has(name)));
    const inTheWay = names.filter((_, i) => present[i]);
    if (inTheWay.length > 0) {
      throw new InputError(
        `will not overwrite ${inTheWay.join(', ')}; nothing was written`,
        'move it away, or write to another directory',
      );
    }
    for (const [name, text] of files) {
      const parent = dirname(name);
      await mkdir(this.at(parent), { recursive: true }).catch(renamed(parent));
      // `wx`: should another process have made it since, it still is not overwritten.
      await writeFile(this.at(name), text, { flag: 'wx' }).catch(renamed(name));
    }
  }

  /** The texts of those of these files that exist; what is no regular file, too large or unreadable is omitted. */
  async texts(names: Iterable<string>): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const name of names) {
      const found = await stat(this.at(name)).catch(() => undefined);
      if (!found?.isFile() || found.size > MOST_BYTES) continue;
      const text = await this.read(name).catch(() => undefined);
      if (text !== undefined) texts.set(name, text);
    }
    return texts;
  }
}

function renamed(name: string): (error: unknown) => never {
  return (error) => {
    throw namedFileError(error, name);
  };
}
