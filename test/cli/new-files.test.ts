import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeNewFiles } from '../../src/cli/new-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('writes all, with their folders', async () => {
  await writeNewFiles(new Map([[join(folder, 'a/b.yaml'), 'x']]));
  expect(await readFile(join(folder, 'a/b.yaml'), 'utf8')).toBe('x');
});

test('writes none when one is there, and names each that is', async () => {
  await writeFile(join(folder, 'old1'), 'mine');
  await writeFile(join(folder, 'old2'), 'mine');
  const files = new Map(['new', 'old1', 'old2'].map((name) => [join(folder, name), 'theirs']));
  await expect(writeNewFiles(files)).rejects.toThrow(/old1, .*old2/);
  expect((await readdir(folder)).sort()).toEqual(['old1', 'old2']);
  expect(await readFile(join(folder, 'old1'), 'utf8')).toBe('mine');
});
