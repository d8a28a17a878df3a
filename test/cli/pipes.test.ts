import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mainArguments } from './run-process.ts';

const QUEUES = 2000;
const folder = mkdtempSync(join(tmpdir(), 'brokerform-pipes-'));
beforeAll(() => {
  const queues = Array.from({ length: QUEUES }, (_, i) => `    q${i}: {}\n`).join('');
  writeFileSync(join(folder, 't.yaml'), `rabbitmq:\n  queues:\n${queues}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a line of bash in which `"$@"` is `brokerform`; prints the exit codes of its pipe at the end. */
function shell(line: string): Promise<string> {
  const brokerform = [process.execPath, ...mainArguments([])];
  const script = `${line}; echo "codes \${PIPESTATUS[*]}"`;
  return new Promise((resolve) => {
    execFile('bash', ['-c', script, 'bash', ...brokerform], { cwd: folder }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

test('a slow reader gets all of a long output', async () => {
  // Nothing is read until the command had the time to end: a pipe holds 64 KB.
  const said = await shell('"$@" validate t.yaml --format json | (sleep 1; cat >out.json); wc -c <out.json');
  expect(Number.parseInt(said, 10)).toBeGreaterThan(1_000_000);
  expect(await shell('node -e \'JSON.parse(require("fs").readFileSync("out.json"))\'')).toBe('codes 0\n');
});

test.each([
  ['"$@" validate t.yaml | head -1 | wc -l', '1\ncodes 0 0 0\n'],
  ['"$@" validate t.yaml | true', 'codes 0 0\n'],
  ['"$@" validate none.yaml 2>&1 >/dev/null | true', 'codes 65 0\n'],
  ['"$@" validate --wrong 2>&1 >/dev/null | true', 'codes 64 0\n'],
  ['"$@" validate t.yaml >/dev/null <&-', 'codes 0\n'],
  ['"$@" validate t.yaml >&-', 'codes 0\n'],
])('%s: a closed stream changes no exit code', async (line, said) => {
  expect(await shell(line)).toBe(said);
});

test('a reader that has enough is no error', async () => {
  expect(await shell('"$@" completion fish | head -n 1')).toBe(
    '# fish completion of brokerform; load it with: brokerform completion fish | source\ncodes 0 0\n',
  );
});

test.each(['--version', '--help', 'schema'])('%s: a reader that has gone is no error', async (command) => {
  const child = spawn(process.execPath, mainArguments([command]), { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  expect([code, stderr]).toEqual([0, '']);
});
