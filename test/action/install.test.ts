import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT, Runner } from './step.ts';

const runner = new Runner();
afterAll(() => runner.remove());

test('the hook for pre-commit is there, and is for the files of a project', () => {
  const [hook] = parse(readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8'));
  accessSync(join(ROOT, hook.entry), constants.X_OK);
  const files = new RegExp(hook.files);
  for (const file of [
    'brokerform.yaml',
    'shop/brokerform.yml',
    'topologies/a.yaml',
    'shop/topologies/b/c.yml',
  ]) {
    expect(files.test(file), file).toBe(true);
  }
  for (const file of ['README.md', 'my-brokerform.yaml', 'topologies/a.txt', 'docs/topologies.yaml']) {
    expect(files.test(file), file).toBe(false);
  }
});

test('a build that fails says why, fails, and leaves nothing that looks like one', async () => {
  const PATH = `${join(runner.folder, 'npm')}:${process.env.PATH}`;
  mkdirSync(join(runner.folder, 'npm'));
  writeFileSync(join(runner.folder, 'npm', 'npm'), '#!/bin/sh\necho "$1 was run"\n[ "$1" != run ]\n', {
    mode: 0o755,
  });
  const RUNNER_TEMP = join(runner.folder, 'broken');
  mkdirSync(RUNNER_TEMP);
  const { code, stdout, stderr } = await runner.run('install.sh', { PATH, RUNNER_TEMP });
  expect(code).toBe(1);
  expect(stderr).toContain('run was run');
  expect(stderr).not.toContain('prune was run');
  expect(stdout).toContain('::error');
  expect(readdirSync(RUNNER_TEMP)).toEqual([]);
});

test('a brokerform that is there already is taken as it is, and one that is not is told', async () => {
  const without = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, BROKERFORM_INSTALL: 'none' };
  const { code, stdout } = await runner.run('install.sh', without);
  expect(code).toBe(1);
  expect(stdout).toContain('no brokerform on the PATH');
});
