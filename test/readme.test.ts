import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { mainArguments } from './cli/run-cli.ts';

const broker = inject('rabbitmq').current;
const folder = mkdtempSync(join(tmpdir(), 'brokerform-readme-'));
const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

afterAll(async () => {
  await fetch(`${broker?.management}/api/vhosts/shop`, {
    method: 'DELETE',
    headers: { authorization: `Basic ${btoa('guest:guest')}` },
  }).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

/** A command that is to end with another code than 0 says so in a comment at its end. */
const EXPECTED_EXIT = /^(.*\S)\s+# exits with (\d+)$/gm;

const PRELUDE = `set -eu
exits() {
  wanted=$1; shift; got=0
  "$@" || got=$?
  [ "$got" = "$wanted" ] || { echo "$* ended with $got instead of $wanted"; exit 1; }
}
`;

/** The blocks that are marked \`sh test\`, in their order, as one script: they build on each other. */
function scriptOf(markdown: string): { script: string; count: number } {
  const blocks = [...markdown.matchAll(/^```sh test\n([\s\S]*?)^```$/gm)].map(([, body = '']) => body);
  const script = blocks
    .map((body, i) => `echo "== block ${i + 1}"\n${body.replace(EXPECTED_EXIT, 'exits $2 $1')}`)
    .join('');
  return { script: PRELUDE + script, count: blocks.length };
}

test.skipIf(!broker)(
  'every command of the README that is marked as tested ends as it says',
  async () => {
    const { script, count } = scriptOf(readme);
    expect(count).toBeGreaterThanOrEqual(8);
    const { code, output } = await runShell(script);
    expect(code, output).toBe(0);
    expect(output.match(/^== block /gm)).toHaveLength(count);
    expect(output).toContain('No changes.');
  },
  300_000,
);

test('a wrong exit code fails the script', async () => {
  const markdown = '```sh test\nfalse   # exits with 1\n```\n```sh test\ntrue   # exits with 2\n```\n';
  const { code, output } = await runShell(scriptOf(markdown).script);
  expect(code).toBe(1);
  expect(output).toContain('true ended with 0 instead of 2');
});

function runShell(script: string): Promise<{ code: number | null; output: string }> {
  const command = [process.execPath, ...mainArguments([])].map((word) => `'${word}'`).join(' ');
  const bin = join(folder, 'brokerform');
  writeFileSync(bin, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(bin, 0o755);
  const child = spawn('sh', ['-c', script], {
    cwd: folder,
    env: {
      PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
      HOME: folder,
      RABBITMQ_URL: broker?.url ?? '',
      RABBITMQ_MANAGEMENT_URL: broker?.management ?? '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
