import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Folder } from '../../src/cli/files.ts';
import { folderOfTest } from '../setup/folder.ts';

let folder: string;
beforeEach(() => {
  folder = folderOfTest();
});

test('writes all, with their folders', async () => {
  await new Folder(folder).writeNew(new Map([['a/b.yaml', 'x']]));
  expect(await readFile(join(folder, 'a/b.yaml'), 'utf8')).toBe('x');
});

test('writes none when one is there, and names each that is', async () => {
  await writeFile(join(folder, 'old1'), 'mine');
  await writeFile(join(folder, 'old2'), 'mine');
  const files = new Map(['new', 'old1', 'old2'].map((name) => [name, 'theirs']));
  await expect(new Folder(folder).writeNew(files)).rejects.toThrow('will not overwrite old1, old2;');
  expect((await readdir(folder)).sort()).toEqual(['old1', 'old2']);
  expect(await readFile(join(folder, 'old1'), 'utf8')).toBe('mine');
});
