import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** What node with these arguments says after a word at the start of a line; each such line is a part of it. */
async function toldBy(
  word: string,
  args: readonly string[],
  cwd: string,
  options: string,
): Promise<string[]> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: environment({ NODE_OPTIONS: options }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stderr } = await endOf(child);
  const told = [...stderr.matchAll(new RegExp(`^${word}: (.*)$`, 'gm'))];
  expect(told.length, stderr).toBeGreaterThan(0);
  return told.flatMap(([, names = '']) => names.split(' ')).filter((name) => name !== '');
}

/** The packages that a command loads, in a project without mistakes. */
async function packagesOf(line: string, start: (args: string[]) => string[]): Promise<string[]> {
  const folder = project('packages');
  writeFileSync(
    join(folder, 'topologies', 'a.yaml'),
    'rabbitmq: { queues: { orders: { max-length: 10 } } }\n',
  );
  return toldBy('packages', start(line.split(' ')), folder, TELL_PACKAGES);
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

/** Says of each module, as it is loaded, where it is. */
const TELL_MODULES = `
  import { writeSync } from 'node:fs';
  export function load(url, context, next) {
    if (url.startsWith('file:')) writeSync(2, 'module: ' + url + '\\n');
    return next(url, context);
  }
`;

const TELL_FILES = `--import=data:text/javascript,${encodeURIComponent(`
  import { createRequire, register } from 'node:module';
  register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(TELL_MODULES))});
  const { cache } = createRequire('/');
  process.once('exit', () => {
    const costly = ['crypto', 'dns', 'http', 'tls'].filter((name) => process.moduleLoadList.includes('NativeModule ' + name));
    for (const path of [...Object.keys(cache), ...costly]) process.stderr.write('module: ' + path + '\\n');
  });
`)}`;

/** The files of the package and modules of Node that a command loads, in a small project of one broker. */
async function loadedBy(broker: string, section: string, line: string) {
  const folder = project('bundles');
  writeFileSync(join(folder, 'brokerform.yaml'), `project: shop\nbrokers: { main: ${broker} }\n`);
  writeFileSync(join(folder, 'topologies', 'a.yaml'), section);
  const told = await toldBy('module', [BUILT, ...line.split(' ')], folder, TELL_FILES);
  const paths = told.map((url) => (url.startsWith('file:') ? fileURLToPath(url) : url));
  const files = paths.filter((path) => isAbsolute(path));
  const names = paths.map((path) => basename(path).replace(/(-[A-Z0-9]{8})?\.c?js$/, ''));
  return {
    names: [...new Set(names)].filter((name) => name !== 'chunk').sort(),
    kilobytes: files.reduce((sum, path) => sum + statSync(path).size, 0) / 1000,
  };
}

const SMALL: Readonly<Record<string, readonly [broker: string, section: string]>> = {
  rabbitmq: [
    '{ type: rabbitmq, url: "amqp://127.0.0.1:1", management: "http://127.0.0.1:1" }',
    'rabbitmq: { queues: { orders: { max-length: 10 } } }\n',
  ],
  kafka: [
    '{ type: kafka, bootstrap: ["127.0.0.1:1"] }',
    'kafka: { topics: { orders: { partitions: 3 } } }\n',
  ],
  nats: ['{ type: nats, servers: ["nats://127.0.0.1:1"] }', 'nats: { streams: { S: { subjects: [s] } } }\n'],
};

/** What only a connection needs. */
const CLIENT: Readonly<Record<string, readonly string[]>> = {
  rabbitmq: ['http'],
  kafka: ['crypto', 'kafkajs-src-network-connection-js'],
  nats: ['crypto', 'dns', 'tls', 'transport-node'],
};

// Most of the time of a command in a small project is to compile what it loads.
test.runIf(existsSync(BUILT)).each([
  ['rabbitmq', 950, 1080],
  ['kafka', 810, 1010],
  ['nats', 850, 1120],
])(
  'what is built loads for %s no other broker, no client but to connect, and few kB',
  async (type, most, all) => {
    const [broker = '', section = ''] = SMALL[type] ?? [];
    const always = ['main', 'run', 'planning', type];
    const checked = await loadedBy(broker, section, 'validate');
    expect(checked.names).toEqual(always.sort());
    expect(checked.kilobytes).toBeLessThan(most);

    const planned = await loadedBy(broker, section, 'plan');
    expect(planned.names).toEqual([...always, `${type}-session`, ...(CLIENT[type] ?? [])].sort());
    expect(planned.kilobytes).toBeLessThan(all);
  },
);
