import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/index.ts';
import { runCli, type Surroundings } from './run-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function cli(line: string, surroundings: Surroundings = {}) {
  return runCli(line.split(' '), { cwd: folder, ...surroundings });
}

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const CONFIG = `project: shop
topologies: [topologies/*.yaml]
brokers: { main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" } }
`;
const GOOD =
  'rabbitmq:\n  exchanges: { events: { type: topic } }\n  queues:\n    orders: { max-length: 10, bindings: [{ from: events, key: "#" }] }\n';
const LOSSY = 'rabbitmq:\n  queues:\n    orders: { max-length: 10, dead-letter: { exchange: dlx } }\n';
const MISSPELT = 'rabbitmq:\n  queus: { orders: {} }\n';

describe('validate', () => {
  test('a sound topology exits with 0', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    expect(await cli('validate')).toMatchObject({ code: 0, stdout: 'No findings.\n', stderr: '' });
  });

  test('a lint error exits with 3, what is no topology with 65', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'lossy/a.yaml': LOSSY, 'bad/b.yaml': MISSPELT });
    const lossy = await cli('validate lossy');
    expect([lossy.code, lossy.stderr]).toEqual([3, '']);
    expect(lossy.stdout).toMatch(/^lossy\/a\.yaml:3:\d+ error rabbitmq\/dead-letter-exchange-missing /m);
    const bad = await cli('validate bad');
    expect(bad.code).toBe(65);
    expect(bad.stdout).toMatch(/^bad\/b\.yaml:2:3 error load\/unknown-key .*queues/s);
    expect((await cli('validate lossy bad')).code).toBe(65);
    await write({ 'twice/a.yaml': GOOD, 'twice/b.yaml': GOOD });
    expect((await cli('validate twice')).code).toBe(65);
  });

  test('a baseline accepts what is there, by resource; what is new is told, and so is what is gone', async () => {
    const queues = (...names: string[]) =>
      `rabbitmq:\n  queues:\n${names.map((name) => `    ${name}: { dead-letter: { exchange: dlx } }\n`).join('')}`;
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': queues('a', 'b') });
    expect((await cli('validate')).code).toBe(3);
    const written = await cli('validate --write-baseline known.json --fail-on info');
    expect(written).toMatchObject({ code: 0, stdout: 'No findings.\n' });
    await write({ 'brokerform.yaml': `${CONFIG}lint: { baseline: known.json }\n` });
    expect((await cli('plan --against none -q')).code).toBe(0);
    await write({ 'topologies/a.yaml': `# moved\n${queues('a', 'c')}` });
    const { code, stdout } = await cli('validate --format json');
    expect(code).toBe(3);
    const found = JSON.parse(stdout).diagnostics.map((one: Diagnostic) => [
      one.code,
      one.address,
      one.at?.file,
    ]);
    expect(found).toContainEqual([
      'rabbitmq/dead-letter-exchange-missing',
      'main/queue/%2F/c',
      'topologies/a.yaml',
    ]);
    expect(found).toContainEqual(['lint/stale-baseline', undefined, 'known.json']);
    expect(found.filter(([, address]: string[]) => address === 'main/queue/%2F/a')).toEqual([]);
    // Of a part of the topology nothing can be told to be gone.
    expect((await cli('validate topologies --format json')).stdout).not.toContain('stale-baseline');
    await write({ 'known.json': '{"brokerform": "baseline", "version": 2}' });
    const damaged = await cli('validate');
    expect([damaged.code, damaged.stdout]).toEqual([65, expect.stringContaining('load/baseline')]);
    expect((await cli('validate --baseline none.json')).code).toBe(65);
    expect((await cli('validate --write-baseline x --baseline y')).code).toBe(64);
  });

  test('a plan counts warnings in one line, and -q leaves it out', async () => {
    await write({
      'brokerform.yaml': CONFIG,
      'topologies/a.yaml':
        'rabbitmq: { queues: { a: { arguments: { x-ttl: 1 } }, b: { arguments: { x-ttl: 1 } } } }\n',
    });
    expect((await cli('plan --against none')).stderr).toBe('2 warnings; to see them: brokerform validate\n');
    expect((await cli('plan --against none -q')).stderr).toBe('');
    expect((await cli('validate -q')).stdout).toBe('No findings.\n');
    expect((await cli('plan --against none -v')).stderr).toContain('rabbitmq/unknown-argument');
  });

  test('an environment that is not there is all that is told', async () => {
    const config = `${CONFIG}environments: { staging: {} }\n`;
    await write({ 'brokerform.yaml': config, 'topologies/a.yaml': MISSPELT });
    const { code, stdout } = await cli('validate --env stagin --format json');
    expect(code).toBe(65);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([
      { code: 'load/unknown-environment', hint: 'did you mean staging? known environments: staging' },
    ]);
  });

  test('--fail-on decides which findings count', async () => {
    const config = `${CONFIG}lint: { rules: { rabbitmq/unbound-exchange: info } }\n`;
    await write({
      'brokerform.yaml': config,
      'topologies/a.yaml': 'rabbitmq: { exchanges: { lonely: { type: fanout } } }\n',
    });
    expect((await cli('validate')).code).toBe(0);
    expect((await cli('validate --fail-on info')).code).toBe(3);
  });

  test.each([
    ['json', /^\{\n {2}"version": 1,/],
    ['github', /^::error file=topologies\/a\.yaml,line=3,col=\d+,title=rabbitmq\//],
    ['sarif', /"version": "2\.1\.0"/],
    ['junit', /^<\?xml/],
  ])('--format %s', async (format, expected) => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': LOSSY });
    const { code, stdout } = await cli(`validate --format ${format}`);
    expect(code).toBe(3);
    expect(stdout).toMatch(expected);
  });

  test('annotations name files from the root of the checkout', async () => {
    await write({ 'infra/brokerform.yaml': CONFIG, 'infra/topologies/a.yaml': LOSSY });
    const env = { GITHUB_WORKSPACE: folder };
    const { stdout } = await cli('-C infra validate --format github', { env });
    expect(stdout).toMatch(/^::error file=infra\/topologies\/a\.yaml,/);
  });
});

describe('plan', () => {
  test('--against none shows everything as new; --detailed-exitcode tells', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    const { code, stdout, stderr } = await cli('plan --against none');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Plan shop .*\n3 safe\n\nSAFE\n/);
    expect((await cli('plan --against none --detailed-exitcode')).code).toBe(2);
  });

  test('a saved plan shows the same, in every format', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    const planned = await cli('plan --against none --out p.json --json-into p2.json --markdown-into p.md');
    expect((await cli('show p.json')).stdout).toBe(planned.stdout);
    expect((await cli('show p.json --format json')).stdout).toBe(
      await readFile(join(folder, 'p2.json'), 'utf8'),
    );
    expect((await cli('show p.json --format markdown')).stdout).toBe(
      await readFile(join(folder, 'p.md'), 'utf8'),
    );
  });

  test('a plan that was edited is refused with 4', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    await cli('plan --against none --out p.json');
    const text = await readFile(join(folder, 'p.json'), 'utf8');
    await write({ 'p.json': text.replace('"topic"', '"fanout"'), 'cut.json': text.slice(0, 500) });
    for (const line of ['show p.json', 'apply p.json', 'apply cut.json']) {
      const { code, stderr } = await cli(line);
      expect([code, line]).toEqual([4, line]);
      expect(stderr).toContain('nothing was applied');
    }
  });

  test('a saved plan is for its own environment', async () => {
    const environments = 'environments: { production: {}, staging: {} }\n';
    await write({ 'brokerform.yaml': CONFIG + environments, 'topologies/a.yaml': GOOD });
    await cli('plan --env staging --against none --out p.json');
    const { code, stderr } = await cli('apply p.json --env production');
    expect(code).toBe(4);
    expect(stderr).toContain('the plan was made for environment staging');
  });

  test('a glob that names nobody with a password is a mistake; a saved plan takes none', async () => {
    const users = 'rabbitmq:\n  users: { app: { password: "${PW}" } }\n';
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD, 'topologies/b.yaml': users });
    const { code, stderr } = await cli('plan --against none --reset-passwords main/queue/**');
    expect([code, stderr]).toEqual([64, expect.stringContaining('no declared resource with a password')]);
    expect(stderr).toContain('main/user/app');
    await cli('plan --against none --out plan.json --reset-passwords main/user/*');
    const saved = await cli('apply plan.json --reset-passwords main/user/app');
    expect(saved).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--reset-passwords: not allowed with a saved plan'),
    });
  });

  test('an invalid project exits with 65, and says so in JSON', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': MISSPELT });
    const { code, stdout, stderr } = await cli('plan --against none --format json --json-into p.json');
    expect(code).toBe(65);
    expect(stderr).toMatch(/^topologies\/a\.yaml:2:3 error load\//);
    const { failure } = JSON.parse(stdout);
    expect(failure.kind).toBe('input');
    expect(failure.diagnostics[0].at).toEqual({ file: 'topologies/a.yaml', line: 2, col: 3 });
    expect(await readFile(join(folder, 'p.json'), 'utf8')).toBe(stdout);
  });

  test('a lint error stops a plan with 3', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': LOSSY });
    const { code, stdout, stderr } = await cli('plan --against none');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('error: 1 lint error in the project; no broker was changed\n');
  });

  test('an unreachable broker exits with 1, and says so in JSON', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    const { code, stdout, stderr } = await cli('plan --format json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, failure: { kind: 'connection', broker: 'main' } });
    expect(stderr).toMatch(/^error: broker main: /);
  });

  test.each([
    ['show missing.json', 'missing.json: no such file or directory'],
    ['show topologies', 'topologies: it is a directory'],
    ['plan --against missing.json', 'missing.json: no such file or directory'],
    ['plan --against topologies', 'topologies: it is a directory'],
    ['plan --against brokerform.yaml', 'brokerform.yaml:1:1 is not JSON'],
    ['plan --against none --out no/such/p.json', 'no/such/p.json: no such file or directory'],
    ['import --from brokerform.yaml', '1 error in brokerform.yaml'],
    ['import --broker mian', 'the configuration has no broker mian'],
  ])('%s', async (line, message) => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    const { code, stderr } = await cli(line);
    expect(stderr).toContain(`error: ${message}`);
    expect(code).toBe(line.startsWith('import --broker') ? 64 : 65);
  });

  test('colour is for terminals, unless it is asked for', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    expect((await cli('plan --against none')).stdout).not.toContain('\u001b[');
    expect((await cli('plan --against none --color')).stdout).toContain('\u001b[32mSAFE');
    const env = { FORCE_COLOR: '1' };
    expect((await cli('plan --against none', { env })).stdout).toContain('\u001b[32mSAFE');
    expect((await cli('plan --against none --no-color', { env })).stdout).not.toContain('\u001b[');
  });
});

describe('init', () => {
  test('what it writes validates, lints clean and plans', async () => {
    expect(await cli('init')).toMatchObject({ code: 0 });
    expect(await cli('validate --fail-on info')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
    expect((await cli('plan --against none')).stdout).toContain(' +  queue order-notifications ');
    const topology = await readFile(join(folder, 'topologies/example.yaml'), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(topology)?.[1] ?? '';
    // A small file, of which the editor follows the reference.
    const reference = await readFile(join(folder, 'topologies', schema), 'utf8');
    expect(reference.length).toBeLessThan(500);
    const { $ref } = JSON.parse(reference);
    expect(JSON.parse(await readFile(new URL($ref), 'utf8'))).toHaveProperty('properties.rabbitmq');
    await rm(join(folder, '.brokerform'), { recursive: true });
    expect(await cli('schema --link')).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'topologies', schema), 'utf8')).toBe(reference);
  });

  test.each([
    'kafka',
    'nats',
    'rabbitmq,kafka',
    'rabbitmq,nats',
    'nats,kafka',
    'nats,rabbitmq,kafka',
    'nats --broker kafka',
  ])('--broker %s: validates without a finding, passes its tests, and plans', async (types) => {
    expect(await cli(`init --broker ${types}`)).toMatchObject({ code: 0 });
    expect(await cli('validate --fail-on info')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
    const tested = await cli('test');
    expect(tested.code, tested.stdout).toBe(0);
    const { code, stdout } = await cli('plan --against none');
    expect(code).toBe(0);
    const named = types.split(/,| --broker /);
    for (const type of named) expect(stdout).toContain(`${type} "`);
    expect(tested.stdout).toContain(`${named.length} passed`);
  });

  test.each([
    [
      'github',
      [
        '.github/workflows/topology-apply.yml',
        '.github/workflows/topology-drift.yml',
        '.github/workflows/topology-pull-request.yml',
      ],
    ],
    ['gitlab', ['.gitlab-ci.yml', 'ci/merge-request-note.mjs']],
    ['jenkins', ['Jenkinsfile']],
  ])(
    '--ci %s: writes the pipelines of examples/ci, and the environment that they use',
    async (system, files) => {
      const { code, stdout, stderr } = await cli(`init --ci ${system}`);
      expect(code, stderr).toBe(0);
      for (const file of files) {
        expect(stdout).toContain(`wrote ${file}\n`);
        const source = join(import.meta.dirname, '../../examples/ci', system, basename(file));
        expect(await readFile(join(folder, file), 'utf8')).toBe(await readFile(source, 'utf8'));
      }
      expect(await cli('validate --env production --fail-on info')).toMatchObject({ code: 0 });
    },
  );

  test('--ci in a folder of a repository is refused, where no pipeline would run', async () => {
    await mkdir(join(folder, '.git'));
    await mkdir(join(folder, 'broker'));
    const { code, stderr } = await cli('init -C broker --ci github');
    expect([code, await readdir(join(folder, 'broker'))]).toEqual([64, []]);
    expect(stderr).toContain('this is its folder broker');
  });

  test('a type of broker that is none is refused, with what was meant', async () => {
    const { code, stderr } = await cli('init --broker rabitmq');
    expect([code, await readdir(folder)]).toEqual([64, []]);
    expect(stderr).toContain('Did you mean rabbitmq?');
  });

  test.each([
    ['absent', undefined, '.brokerform/\n'],
    ['without a line end', 'dist', 'dist\n.brokerform/\n'],
    ['there already', '/.brokerform\n', '/.brokerform\n'],
  ])('.gitignore, %s: names the folder of schemas once', async (_, before, after) => {
    if (before !== undefined) await write({ '.gitignore': before });
    expect(await cli('init')).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe(after);
  });

  test('where the package is a dependency, editors read its schemas, and nothing is copied', async () => {
    await write({ 'package.json': '{ "devDependencies": { "brokerform": "^0.1.0" } }' });
    expect(await cli('init')).toMatchObject({ code: 0 });
    const first = async (file: string) => (await readFile(join(folder, file), 'utf8')).split('\n')[0];
    const schemas = 'node_modules/brokerform/schema';
    expect(await first('brokerform.yaml')).toMatch(new RegExp(`=${schemas}/config.schema.json$`));
    expect(await first('topologies/example.yaml')).toMatch(
      new RegExp(`=../${schemas}/topology.schema.json$`),
    );
    expect((await readdir(folder)).sort()).toEqual(
      ['.gitignore', 'brokerform.yaml', 'package.json', 'topologies'].sort(),
    );
  });

  test('overwrites nothing', async () => {
    await write({ 'brokerform.yaml': 'mine' });
    const { code, stderr } = await cli('init');
    expect(code).toBe(65);
    expect(stderr).toContain('will not overwrite brokerform.yaml');
    expect(await readdir(folder)).toEqual(['brokerform.yaml']);
  });
});

test('explain tells of one rule, or lists all', async () => {
  const all = await cli('explain');
  const [code = ''] = all.stdout.split(' ');
  expect(all.stdout.split('\n').length).toBeGreaterThan(10);
  expect((await cli(`explain ${code}`)).stdout).toMatch(new RegExp(`^# ${code}\n`));
});

test.each(['topology', 'config', 'plan'])('schema %s is a draft-07 schema', async (name) => {
  const { code, stdout } = await cli(`schema ${name}`);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).$schema).toBe('http://json-schema.org/draft-07/schema#');
});

test('an import of what is legal and unwise can be planned at once, and says what to look at', async () => {
  const definitions = {
    exchanges: [{ name: 'e', vhost: '/', type: 'direct', arguments: { 'alternate-exchange': 'nowhere' } }],
    queues: [
      { name: 'q', vhost: '/', arguments: { 'x-dead-letter-exchange': 'nowhere', 'x-max-length': 5 } },
    ],
    policies: ['a', 'b'].map((name) => ({
      name,
      vhost: '/',
      pattern: '^q',
      'apply-to': 'queues',
      definition: { 'dead-letter-exchange': 'nowhere' },
    })),
  };
  await write({ 'definitions.json': JSON.stringify(definitions), 'brokerform.yaml': CONFIG });
  expect(await cli('import --from definitions.json --out topologies')).toMatchObject({ code: 0 });
  const text = await readFile(join(folder, 'topologies/default.yaml'), 'utf8');
  const comment =
    '# brokerform-ignore rabbitmq/dead-letter-exchange-missing: so on the broker when it was imported';
  expect(text).toContain(`        ${comment}\n        exchange: nowhere\n`);
  expect(await cli('validate')).toMatchObject({ code: 0 });
  const planned = await cli('plan --detailed-exitcode --against definitions.json');
  expect(planned).toMatchObject({ code: 0 });
});

test('a definitions file becomes YAML that plans empty against it', async () => {
  const definitions = {
    rabbit_version: '4.3.6',
    vhosts: [{ name: '/' }],
    queues: [{ name: '../../q', vhost: '/', durable: true, auto_delete: false, arguments: {} }],
    exchanges: [],
    bindings: [],
  };
  await write({ 'definitions.json': JSON.stringify(definitions), 'brokerform.yaml': CONFIG });
  const { code, stdout } = await cli('import --from definitions.json --out topologies');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^wrote topologies\//);
  const planned = await cli('plan --against definitions.json');
  expect(planned.stdout).toContain('No changes.');
});

test('what was imported is accepted by one command, which import names; what is added is a finding', async () => {
  const queue = (name: string) => ({ name, vhost: '/', durable: true });
  const definitions = { rabbit_version: '4.3.6', vhosts: [{ name: '/' }], queues: [queue('a'), queue('b')] };
  await write({ 'definitions.json': JSON.stringify(definitions), 'brokerform.yaml': CONFIG });
  const imported = await cli('import --from definitions.json --out topologies');
  expect(imported.stderr).toContain('4 findings in what was imported. brokerform validate shows them');
  const [command = ''] = /validate --write-baseline$/m.exec(imported.stderr) ?? [];
  const written = await cli(`${command} --fail-on info`);
  expect(written).toMatchObject({ code: 0, stdout: 'No findings.\n' });
  expect(written.stderr).toContain('Wrote 4 findings to lint-baseline.json.');
  expect(await cli('validate --fail-on info')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
  await write({ 'topologies/new.yaml': 'rabbitmq: { queues: { c: {} } }\n' });
  const { code, stdout } = await cli('validate --fail-on info');
  expect([code, stdout.match(/queue "\w"/g)]).toEqual([3, ['queue "c"', 'queue "c"']]);
  // A file of another name accepts nothing before the configuration names it.
  await rm(join(folder, 'lint-baseline.json'));
  expect((await cli('validate --write-baseline known.json')).stderr).toContain(
    'name it as lint.baseline in brokerform.yaml',
  );
  await write({ 'brokerform.yaml': `${CONFIG}lint: { baseline: known.json }\n` });
  expect((await cli('validate --write-baseline')).stderr).toContain('to known.json.');
});

test('an import of what only another tool plans says nothing of accepting it', async () => {
  await write({
    'brokerform.yaml':
      'project: p\ntopologies: [t/*.yaml]\nbrokers: { k: { type: kafka, bootstrap: ["localhost:1"] } }\n',
    'state.yaml': 'topics: { orders: { partitions: 1, replication: 1 } }\n',
  });
  const { code, stderr } = await cli('import --from kafka-gitops state.yaml --out t');
  expect([code, stderr]).toEqual([0, '']);
});

test('an import over files that exist shows what would change in them, and overwrites nothing', async () => {
  const queue = (type: string) => ({ name: 'q', vhost: '/', arguments: { 'x-queue-type': type } });
  const writeDefinitions = (type: string) =>
    write({ 'definitions.json': JSON.stringify({ rabbit_version: '4.3.6', queues: [queue(type)] }) });
  await write({ 'brokerform.yaml': CONFIG });
  await writeDefinitions('classic');
  expect(await cli('import --from definitions.json --out topologies')).toMatchObject({ code: 0 });
  const before = await readFile(join(folder, 'topologies/default.yaml'), 'utf8');
  await writeDefinitions('quorum');
  const { code, stdout, stderr } = await cli('import --from definitions.json --out topologies');
  expect(code).not.toBe(0);
  expect(stderr).toContain('will not overwrite');
  expect(stdout).toMatch(
    /^--- topologies\/default\.yaml\n\+\+\+ topologies\/default\.yaml\n@@ .* @@\n(?: .*\n)*-\s+type: classic\n\+\s+type: quorum\n(?: .*\n)*$/,
  );
  expect(await readFile(join(folder, 'topologies/default.yaml'), 'utf8')).toBe(before);
});

test('nothing that brokerform is started in changes by offline commands', async () => {
  await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  await cp(folder, `${folder}-copy`, { recursive: true });
  await cli('validate');
  await cli('plan --against none');
  expect(await readdir(folder, { recursive: true })).toEqual(
    await readdir(`${folder}-copy`, { recursive: true }),
  );
  await rm(`${folder}-copy`, { recursive: true });
});
