import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig, findFiles } from '../../src/load/files.ts';
import { folderOfTest } from '../setup/folder.ts';
import { codes, lines, load } from './folder.ts';

const tree = {
  'a.yaml': '',
  'b.yml': '',
  'x/c.yaml': '',
  'x/y/d.yaml': '',
  'x/y/.hidden.yaml': '',
  '.dot/e.yaml': '',
  'node_modules/f.yaml': '',
  'x/[g].yaml': '',
  'z/a.yaml': '',
};

test.each([
  ['*.yaml', ['a.yaml']],
  ['?.y*ml', ['a.yaml', 'b.yml']],
  ['**/*.yaml', ['a.yaml', 'x/[g].yaml', 'x/c.yaml', 'x/y/d.yaml', 'z/a.yaml']],
  ['x/**', []],
  ['x/**/*', ['x/[g].yaml', 'x/c.yaml', 'x/y/d.yaml']],
  ['**/y/*.yaml', ['x/y/d.yaml']],
  ['**/**/d.yaml', ['x/y/d.yaml']],
  ['*/*.yaml', ['x/[g].yaml', 'x/c.yaml', 'z/a.yaml']],
  ['./x/../z/a.yaml', ['z/a.yaml']],
  ['.dot/*.yaml', ['.dot/e.yaml']],
  ['x/y/.*.yaml', ['x/y/.hidden.yaml']],
  ['x/[g].yaml', ['x/[g].yaml']],
  ['none/*', []],
])('%s', (pattern, expected) => {
  const folder = folderOfTest(tree);
  expect(findFiles(folder, pattern).map((path) => relative(folder, path))).toEqual(expected);
});

test('links are followed, and circles end', () => {
  const folder = folderOfTest(tree);
  symlinkSync('..', join(folder, 'x/up'));
  symlinkSync(join(folder, 'z'), join(folder, 'x/other'));
  symlinkSync('nowhere', join(folder, 'broken.yaml'));
  const found = findFiles(folder, 'x/**/a.yaml').map((path) => relative(folder, path));
  expect(found).toContain('x/other/a.yaml');
  expect(found.length).toBeLessThan(10);
  expect(findFiles(folder, '*.yaml')).toHaveLength(1);
});

test('the configuration is looked for up to the root of the repository, and no further', () => {
  const folder = folderOfTest({ 'brokerform.yaml': '', 'repo/sub/deep/x': '', 'repo/.git/HEAD': '' });
  expect(findConfig(join(folder, 'repo/sub'))).toBeUndefined();
  expect(findConfig(folder)).toBe(join(folder, 'brokerform.yaml'));
  const other = folderOfTest({ 'brokerform.yml': '', 'sub/deep/x': '', '.git': 'gitdir: elsewhere' });
  expect(findConfig(join(other, 'sub/deep'))).toBe(join(other, 'brokerform.yml'));
  const external = folderOfTest({ 'brokerform.yaml': '', 'sub/x': '' });
  expect(findConfig(join(external, 'sub'))).toBeUndefined();
});

test('files are named from the working directory, patterns count from the configuration', () => {
  const files = {
    'brokerform.yaml': 'topologies: [t/*.yaml, "none/*.yaml"]\n',
    't/a.yaml': 'boxes: {x: 1}\n',
    '.git/HEAD': '',
  };
  const folder = folderOfTest(files);
  mkdirSync(join(folder, 'sub'));
  const { project, diagnostics } = load({}, { directory: join(folder, 'sub') });
  expect(lines(diagnostics)).toEqual([
    '../brokerform.yaml:1:24 load/no-files no file matches the topology pattern "none/*.yaml"',
    '../t/a.yaml:1:9 load/unknown-key boxes: unknown key "x"',
  ]);
  expect(project).toMatchObject({ directory: folder, files: ['../t/a.yaml'] });
});

test('paths on the command line replace the patterns', () => {
  const files = {
    'brokerform.yaml': 'topologies: ["none/*.yaml"]\n',
    'one.yaml': 'boxes: {}\n',
    'd/two.yml': 'boxes: {}\n',
    'e/x': '',
  };
  expect(load(files, { paths: ['one.yaml', 'd'] }).project.files).toEqual(['one.yaml', 'd/two.yml']);
  expect(codes(load(files, { paths: ['gone.yaml', 'e'] }).diagnostics).sort()).toEqual([
    '1:1 load/missing-file',
    'load/no-files',
  ]);
});

test('--config names a file or a folder', () => {
  const files = {
    'conf/prod.yaml': 'project: prod\n',
    'conf/topologies/a.yaml': 'boxes: {}\n',
    'other/brokerform.yaml': 'project: other\ntopologies: ["*.yaml"]\n',
  };
  expect(load(files, { configFile: 'conf/prod.yaml' }).project).toMatchObject({
    name: 'prod',
    files: ['conf/topologies/a.yaml'],
  });
  expect(load(files, { configFile: 'other' }).project.name).toBe('other');
  expect(codes(load(files, { configFile: 'gone.yaml' }).diagnostics)).toEqual(['1:1 load/missing-file']);
  expect(codes(load(files, { configFile: 'conf' }).diagnostics)).toEqual(['load/missing-file']);
});

test('with no files at all there is one clear error', () => {
  expect(codes(load({}).diagnostics)).toEqual(['load/no-files']);
});

test('what is not a regular file is refused without reading it', () => {
  const folder = folderOfTest({});
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe.yaml')]);
  const { diagnostics } = load({}, { directory: folder, paths: ['pipe.yaml', '/dev/zero'] });
  expect(diagnostics.map(({ code }) => code)).toEqual(['load/unreadable-file', 'load/unreadable-file']);
});
