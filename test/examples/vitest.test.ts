import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** A copy of the example beside the built package, as `npm install` would put it. */
function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-vitest-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(ROOT, 'examples', 'vitest'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'brokerform'));
  symlinkSync(join(ROOT, 'node_modules', 'vitest'), join(folder, 'node_modules', 'vitest'));
  return folder;
}

function run(folder: string) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  // Vitest in Vitest must not take over what is meant for the outer one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const done = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
}

test('the tests of an application assert its topology, and fail when it no longer fits', () => {
  const folder = installed();
  const good = run(folder);
  expect(good.output).toContain('5 passed');
  expect(good.status).toBe(0);

  const file = join(folder, 'topology', 'orders.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('key: order.#', 'key: orders.#'));
  const bad = run(folder);
  expect(bad.output).toContain('order.created reaches its queue');
  expect(bad.output).toContain('rejected-by');
  expect(bad.status).toBe(1);
});
