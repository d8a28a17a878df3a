import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'brokerform-ask-'));
afterAll(() => rmSync(folder, { recursive: true }));
const asker = join(folder, 'ask.mjs');
buildSync({
  ...{ entryPoints: [join(import.meta.dirname, 'ask.ts')], outfile: asker },
  ...{ bundle: true, format: 'esm', platform: 'node' },
});

/** Runs ask.ts on a terminal of its own and types the answer once the question stands there. */
function ask(answer: string, count = 2): Promise<string> {
  const words = [process.execPath, asker, String(count)];
  const child = spawn('script', ['-qec', words.join(' '), '/dev/null']);
  let screen = '';
  let hasAnswered = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (hasAnswered || !screen.includes('accepted: ')) return;
    hasAnswered = true;
    child.stdin.write(answer);
  });
  return new Promise((resolve) => child.on('close', () => resolve(screen)));
}

// `script` of util-linux gives a child a terminal; it is on every Debian and Ubuntu.
describe.skipIf(spawnSync('script', ['--version']).status !== 0)('the question before an apply', () => {
  test('says how much goes where, with hostile names escaped', async () => {
    const screen = await ask('yes\r');
    expect(screen).toContain('Apply 2 changes to prod\\x1b[2J? Only "yes" is accepted: ');
    expect(screen).toMatch(/approved\r?\n/);
  });

  test.each([
    ['no', 'no\r', 'NotApproved'],
    ['y', 'y\r', 'NotApproved'],
    ['YES', 'YES\r', 'NotApproved'],
    ['nothing', '\r', 'NotApproved'],
    ['Ctrl-D', '\u0004', 'NotApproved'],
    ['Ctrl-C', '\u0003', 'SIGINT'],
  ])('%s is no yes', async (_, answer, outcome) => {
    const screen = await ask(answer, 1);
    expect(screen).toContain('Apply 1 change to');
    expect(screen).toMatch(new RegExp(`${outcome}\r?\n`));
    expect(screen).not.toContain('approved');
  });
});
