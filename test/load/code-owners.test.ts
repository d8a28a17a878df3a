import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CodeOwners } from '../../src/load/index.ts';
import { folderOfTest } from '../setup/folder.ts';

/** What owns a file by one line, as the documentation of GitHub tells it. */
const LINES: [pattern: string, owned: string[], others: string[]][] = [
  ['*', ['a.yaml', 'x/y/a.yaml'], []],
  ['*.yaml', ['a.yaml', 'x/y/a.yaml'], ['a.yml', 'x.yaml.txt']],
  ['/topologies/orders.yaml', ['topologies/orders.yaml'], ['x/topologies/orders.yaml', 'topologies/orders']],
  ['/topologies/', ['topologies/a.yaml', 'topologies/x/a.yaml'], ['topologies', 'x/topologies/a.yaml']],
  ['topologies/', ['topologies/a.yaml', 'x/topologies/a.yaml'], ['topologies.yaml']],
  ['topologies', ['topologies/a.yaml', 'x/topologies/y/a.yaml', 'topologies'], ['my-topologies/a.yaml']],
  ['topologies/*', ['topologies/a.yaml'], ['topologies/x/a.yaml', 'x/topologies/a.yaml']],
  ['**/shop', ['shop', 'shop/a.yaml', 'x/y/shop/a.yaml'], ['x/workshop/a.yaml']],
  ['/teams/**/a.yaml', ['teams/a.yaml', 'teams/x/y/a.yaml'], ['a.yaml']],
  ['/teams/*/a.yaml', ['teams/x/a.yaml'], ['teams/a.yaml', 'teams/x/y/a.yaml']],
  ['/a?.yaml', ['ab.yaml'], ['a.yaml', 'abc.yaml', 'a/.yaml']],
  ['/my\\ file.yaml', ['my file.yaml'], ['my']],
  ['/a.b', ['a.b'], ['axb']],
];

test.each(LINES)('the pattern %s', (pattern, owned, others) => {
  const owners = CodeOwners.parse(`${pattern} @team`, '/repo');
  const isOwned = (path: string) => owners.ownersOf(join('/repo', path)).length > 0;
  expect(owned.filter((path) => !isOwned(path))).toEqual([]);
  expect(others.filter(isOwned)).toEqual([]);
});

test('the last line that matches counts, also one without owners', () => {
  const text = ['# a comment', '* @all', '/a/ @a me@example.com # why', '', '[Section]', '/a/none.yaml'].join(
    '\r\n',
  );
  const owners = CodeOwners.parse(text, '/repo');
  expect(owners.ownersOf('/repo/x.yaml')).toEqual(['@all']);
  expect(owners.ownersOf('/repo/a/x.yaml')).toEqual(['@a', 'me@example.com']);
  expect(owners.ownersOf('/repo/a/none.yaml')).toEqual([]);
});

test('a hostile pattern takes no time', () => {
  const owners = CodeOwners.parse(`${'**/*a'.repeat(200)} @team`, '/repo');
  expect(owners.ownersOf(`/repo/${'ab/'.repeat(2_000)}b`)).toEqual([]);
});

describe('of a repository', () => {
  test('the file is found from a folder below its root; one that cannot be read is said', () => {
    const root = folderOfTest();
    const folder = join(root, 'teams', 'shop');
    mkdirSync(folder, { recursive: true });
    expect(CodeOwners.of(folder).ownersOf(join(folder, 'a.yaml'))).toEqual([]);
    mkdirSync(join(root, '.git'));
    mkdirSync(join(root, '.github'));
    writeFileSync(join(root, '.github', 'CODEOWNERS'), '/teams/shop/ @shop\n');
    expect(CodeOwners.of(folder).ownersOf(join(folder, 'a.yaml'))).toEqual(['@shop']);
    rmSync(join(root, '.github', 'CODEOWNERS'));
    mkdirSync(join(root, '.github', 'CODEOWNERS'));
    expect(CodeOwners.of(folder).problem).toBe('cannot read .github/CODEOWNERS: it is a folder');
  });
});
