import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, Runner } from './step.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('brokerform is built from the sources, without what only a build needs, and once', async ({
  onTestFinished,
}) => {
  // A second try must not meet what the first one left.
  const runner = new Runner();
  onTestFinished(() => runner.remove());
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
  expect(existsSync(join(folder, 'node_modules', 're2js'))).toBe(true);
  // It is in the bundles.
  expect(existsSync(join(folder, 'node_modules', 'amqplib'))).toBe(false);
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
}, 600_000);
