import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { endOf } from './end-of-process.ts';
import { environment, runCli, type Surroundings } from './run-cli.ts';
import { BUILT, MAIN, nodeArguments, runProcess } from './run-process.ts';

const root = mkdtempSync(join(tmpdir(), 'brokerform-'));
afterAll(() => rmSync(root, { recursive: true }));

const FILES: Readonly<Record<string, string>> = {
  'brokerform.yaml':
    'project: shop\ntopologies: [topologies/*.yaml]\nbrokers: { main: { type: rabbitmq, url: "amqp://127.0.0.1:1", management: "http://127.0.0.1:1" } }\n',
  'topologies/a.yaml': 'rabbitmq: { queues: { orders: { max-length: "${LENGTH:-10}" } } }\n',
  'lossy/a.yaml': 'rabbitmq: { queues: { orders: { dead-letter: { exchange: dlx } } } }\n',
  'bad/a.yaml': 'rabbitmq: { queus: {} }\n',
  'cut.json': '{"brokerform": "plan", "version"',
};

/** The same project in a folder of the same name, so that output which names it is the same too. */
function project(parent: string): string {
  const folder = join(root, parent, 'shop');
  rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = names.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length), neutral(readFileSync(path, 'utf8'))]),
  );
}

/** Two runs are at two times in two folders, and a plan's digest is also of its time. */
function neutral(text: string): string {
  return text
    .replace(/(here|there)\/shop/g, 'shop')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, 'TIME')
    .replace(/sha256:\w+/g, 'DIGEST');
}

test.each<[code: number, line: string, env?: Surroundings['env']]>([
  [0, '--help'],
  [0, 'plan --against none --out p.json --json-into o.json'],
  [0, '-C ../shop/topologies/.. plan --against none --markdown-into o.md', { LENGTH: '7', FORCE_COLOR: '1' }],
  [0, 'init -C topologies'],
  [1, 'plan --format json --sarif-into o.sarif'],
  [2, 'plan --against none --detailed-exitcode --color'],
  [3, 'validate lossy'],
  [4, 'apply cut.json'],
  [64, 'plan --targt x'],
  [64, '-C none validate'],
  [65, 'validate bad --format github', { GITHUB_WORKSPACE: root }],
])(
  'exits with %i, prints and writes the same in this process and in its own: %s',
  async (code, line, env) => {
    const [here, there] = [project('here'), project('there')];
    const ends = [
      await runCli(line.split(' '), { cwd: here, ...(env && { env }) }),
      await runProcess(line.split(' '), { cwd: there, ...(env && { env }) }),
    ];
    expect(ends.map((ended) => ended.code)).toEqual([code, code]);
    const [one, other] = ends.map(({ stdout, stderr }) => ({
      stdout: neutral(stdout),
      stderr: neutral(stderr),
    }));
    expect(one).toEqual(other);
    expect(filesIn(here)).toEqual(filesIn(there));
  },
);

test('an interrupted run leaves files that tell of it', async () => {
  const folder = project('interrupted');
  mkdirSync(join(folder, '.brokerform'));
  writeFileSync(join(folder, '.brokerform', 'unfinished-x-1.json'), '{}');
  writeFileSync(join(folder, 'o.xml'), 'STALE');
  const signals = [{ after: /unfinished/, signal: 'SIGTERM' as const }];
  const line = 'plan --wait 60s --junit-into o.xml';
  const { code } = await runProcess(line.split(' '), { cwd: folder, signals });
  expect(code).toBe(143);
  expect(readFileSync(join(folder, 'o.xml'), 'utf8')).toContain('interrupted by SIGTERM');
});

/** Told to node in `NODE_OPTIONS`: says at the end which packages were loaded. */
const TELL_PACKAGES = `--import=data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  const { cache } = createRequire('/');
  process.once('exit', () => {
    const names = Object.keys(cache).map((path) => /.*node_modules.((?:@[^/]+.)?[^/]+)/.exec(path)?.[1]);
    process.stderr.write('packages: ' + [...new Set(names)].join(' ') + '\\n');
  });
`)}`;

/** The packages that a command loads, in a project without mistakes. */
async function packagesOf(line: string, start: (args: string[]) => string[]): Promise<string[]> {
  const folder = project('packages');
  writeFileSync(
    join(folder, 'topologies', 'a.yaml'),
    'rabbitmq: { queues: { orders: { max-length: 10 } } }\n',
  );
  const child = spawn(process.execPath, start(line.split(' ')), {
    cwd: folder,
    env: environment({ NODE_OPTIONS: TELL_PACKAGES }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stderr } = await endOf(child);
  const told = /^packages: (.*)$/m.exec(stderr)?.[1];
  expect(told, stderr).toBeDefined();
  return told?.split(' ').filter((name) => name !== '') ?? [];
}

test.each([
  [false, 'validate'],
  [true, 'validate bad'],
])(
  'it is %s that Ajv, which only explains mistakes, is loaded by the sources in %s',
  async (isLoaded, line) => {
    const packages = await packagesOf(line, (args) => nodeArguments(MAIN, args));
    expect(packages).toContain('yaml');
    expect(packages.includes('ajv')).toBe(isLoaded);
  },
);

test.runIf(existsSync(BUILT))('what is built loads no package where it does not connect', async () => {
  for (const line of ['validate', 'validate bad', 'plan --against none']) {
    expect(await packagesOf(line, (args) => [BUILT, ...args])).toEqual([]);
  }
});
