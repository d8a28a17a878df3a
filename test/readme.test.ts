import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { startKafka } from '../local/kafka.ts';
import { startNats } from '../local/nats.ts';
import { startRabbit } from '../local/rabbitmq.ts';
import { endOf } from './cli/end-of-process.ts';
import { FakeEngine } from './cli/fake-engine.ts';
import { mainArguments } from './cli/run-process.ts';

const ROOT = join(import.meta.dirname, '..');
const broker = inject('rabbitmq').current;
const folder = mkdtempSync(join(tmpdir(), 'brokerform-readme-'));
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

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

/** What the blocks of shell are for, by the word behind `sh`, and what runs them. */
const BLOCKS = {
  test: 'the tutorial below, on one broker',
  'test local': 'below, on three brokers',
  'test install': 'below, in a copy of the repository',
  'test demo': 'demo.test.ts, which runs what the script does',
  'test suite': 'this very run',
  broker: 'nothing: the URLs are an example, and the tutorial has its own',
};

function blocksOf(markdown: string, mark: keyof typeof BLOCKS): string[] {
  return [...markdown.matchAll(/^```sh ?(.*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === mark)
    .map(([, , body = '']) => body);
}

/** The blocks of one mark, in their order, as one script: they build on each other. */
function scriptOf(markdown: string, mark: keyof typeof BLOCKS = 'test'): { script: string; count: number } {
  const blocks = blocksOf(markdown, mark);
  const script = blocks
    .map((body, i) => `echo "== block ${i + 1}"\n${body.replace(EXPECTED_EXIT, 'exits $2 $1')}`)
    .join('');
  return { script: PRELUDE + script, count: blocks.length };
}

test('every block of shell in the README is one that something runs, or says why not', () => {
  const marks = [...readme.matchAll(/^```sh ?(.*)$/gm)].map(([, mark]) => mark);
  expect(marks.length).toBeGreaterThan(10);
  expect(marks.filter((mark) => !Object.hasOwn(BLOCKS, mark ?? ''))).toEqual([]);
  expect(blocksOf(readme, 'test demo').map(commandOf)).toEqual(['npm ci && npm run demo']);
  expect(blocksOf(readme, 'test suite').map(commandOf)).toEqual(['npm ci && npm test']);
});

function commandOf(block: string): string {
  return block.replace(/#.*/, '').trim();
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

test.skipIf(!broker || !inject('kafka').current || !inject('nats').current)(
  'the examples go to all three brokers with the environment `local`',
  async () => {
    const cwd = join(folder, 'clone');
    for (const name of ['brokerform.yaml', 'topologies']) {
      cpSync(join(ROOT, name), join(cwd, name), { recursive: true });
    }
    // Brokers of its own: those that the tests share must not keep the examples.
    const running = await Promise.all([startRabbit('current'), startKafka('current'), startNats('current')]);
    try {
      const [rabbit, kafka, nats] = running;
      const { script, count } = scriptOf(readme, 'test local');
      expect(count).toBe(1);
      // An engine that starts nothing: the brokers run already.
      const engine = new FakeEngine(folder);
      const { code, output } = await runShell(script, cwd, {
        PATH: `${folder}${delimiter}${engine.path}`,
        RABBITMQ_URL: rabbit.url,
        RABBITMQ_MANAGEMENT_URL: rabbit.management,
        KAFKA_BOOTSTRAP: kafka.bootstrap.join(','),
        NATS_URL: nats.url,
      });
      expect(code, output).toBe(0);
      expect(output.match(/^No changes\./gm)).toHaveLength(2);
      expect(engine.calls()).toEqual([
        expect.stringMatching(/ up --detach$/),
        expect.stringMatching(/ up --detach$/),
        expect.stringMatching(/ down --remove-orphans$/),
      ]);
    } finally {
      await Promise.all(running.map((one) => one.stop()));
    }
  },
  300_000,
);

test('a clone can be installed', async () => {
  const cwd = join(folder, 'install');
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const name of tracked.filter((name) => name !== '')) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    cpSync(join(ROOT, name), join(cwd, name));
  }
  const { script, count } = scriptOf(readme, 'test install');
  expect(count).toBe(1);
  const prefix = join(folder, 'prefix');
  const { code, output } = await runShell(script, cwd, {
    PATH: `${join(prefix, 'bin')}${delimiter}${process.env.PATH}`,
    npm_config_prefix: prefix,
  });
  expect(code, output).toBe(0);
  expect(output).toMatch(/\n\d+\.\d+\.\d+\n$/);
}, 300_000);

function runShell(
  script: string,
  cwd = folder,
  env: Readonly<Record<string, string>> = {
    RABBITMQ_URL: broker?.url ?? '',
    RABBITMQ_MANAGEMENT_URL: broker?.management ?? '',
  },
): Promise<{ code: number | null; output: string }> {
  const command = [process.execPath, ...mainArguments([])].map((word) => `'${word}'`).join(' ');
  const bin = join(folder, 'brokerform');
  writeFileSync(bin, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(bin, 0o755);
  const child = spawn('sh', ['-c', script], {
    cwd,
    env: { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`, HOME: process.env.HOME ?? folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return endOf(child);
}
