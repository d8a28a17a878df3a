import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT, Runner } from './step.ts';

const runner = new Runner();
afterAll(() => runner.remove());

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('brokerform is built from the sources, without what only a build needs, and once', async () => {
  const located = await runner.run('install.sh', {}, ['locate']);
  expect(located.code, located.stdout).toBe(0);
  const { folder = '', key = '' } = located.outputs;
  expect(key).toMatch(/^brokerform-\w+-\w+-\d+-[0-9a-f]{32}$/);
  expect(existsSync(folder)).toBe(false);

  const built = await runner.run('install.sh');
  expect(built.code, built.stdout + built.stderr).toBe(0);
  expect(built.stdout).toContain(version);
  const bin = readFileSync(join(runner.folder, 'path'), 'utf8').trim();
  expect(bin).toBe(join(folder, 'bin'));
  expect(existsSync(join(folder, 'node_modules', 'yaml'))).toBe(true);
  expect(existsSync(join(folder, 'node_modules', 'typescript'))).toBe(false);
  const schema = execFileSync(join(bin, 'brokerform'), ['schema', 'config'], { encoding: 'utf8' });
  expect(JSON.parse(schema)).toHaveProperty('$schema');

  rmSync(join(folder, 'install.log'));
  const again = await runner.run('install.sh');
  expect(again.code).toBe(0);
  expect(existsSync(join(folder, 'install.log'))).toBe(false);
}, 300_000);

test('a build that fails says why, fails, and leaves nothing that looks like one', async () => {
  const PATH = `${join(runner.folder, 'npm')}:${process.env.PATH}`;
  mkdirSync(join(runner.folder, 'npm'));
  writeFileSync(join(runner.folder, 'npm', 'npm'), '#!/bin/sh\necho "$1 was run"\n[ "$1" != run ]\n', {
    mode: 0o755,
  });
  const RUNNER_TEMP = join(runner.folder, 'broken');
  mkdirSync(RUNNER_TEMP);
  const { code, stdout } = await runner.run('install.sh', { PATH, RUNNER_TEMP });
  expect(code).toBe(1);
  expect(stdout).toContain('run was run');
  expect(stdout).not.toContain('prune was run');
  expect(stdout).toContain('::error');
  expect(readdirSync(RUNNER_TEMP)).toEqual([]);
});

test('a brokerform that is there already is taken as it is, and one that is not is told', async () => {
  const without = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, BROKERFORM_INSTALL: 'none' };
  const { code, stdout } = await runner.run('install.sh', without);
  expect(code).toBe(1);
  expect(stdout).toContain('no brokerform on the PATH');
});
