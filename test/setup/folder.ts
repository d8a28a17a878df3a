import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes files by their paths within a folder, and the folders that they are in. */
export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A new folder with these files; it is removed when the test ends that makes it, or whose `beforeEach` does. */
export function folderOfTest(files: Files = {}): string {
  const folder = makeFolder(files);
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** A new folder with these files; it is removed after all tests of the file, or of the `describe` that makes it. */
export function folderOfFile(files: Files = {}): string {
  const folder = makeFolder(files);
  afterAll(() => removeFolder(folder));
  return folder;
}

/** Works in a new folder with these files, which is removed at once: properties make thousands. */
export function inFolder<T>(files: Files, work: (folder: string) => T): T {
  const folder = makeFolder(files);
  try {
    return work(folder);
  } finally {
    removeFolder(folder);
  }
}

/** As {@link inFolder}. */
export async function awaitInFolder<T>(files: Files, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeFolder(files);
  try {
    return await work(folder);
  } finally {
    removeFolder(folder);
  }
}

function makeFolder(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-'));
  writeFiles(folder, files);
  return folder;
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
