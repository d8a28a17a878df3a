import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
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

  // The hook for pre-commit looks for the same in its own cache.
  mkdirSync(join(runner.folder, 'topologies'));
  runner.file('brokerform.yaml', 'project: shop\nbrokers: { main: { type: nats, servers: [nats://x] } }\n');
  runner.file('topologies/shop.yaml', 'nats: { stream: {} }\n');
  symlinkSync(runner.folder, join(runner.folder, 'brokerform'));
  const hook = await runner.run('pre-commit.sh', { XDG_CACHE_HOME: runner.folder });
  expect(hook.code, hook.stderr).toBe(65);
  expect(hook.stdout).toContain('topologies/shop.yaml:1');
  expect(readFileSync(join(runner.folder, 'path'), 'utf8')).toBe('');
}, 300_000);

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
