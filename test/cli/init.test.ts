import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectOfEachTest } from './project.ts';

const { cli, path, read, write } = projectOfEachTest();

test('what it writes validates, lints clean and plans', async () => {
  expect(await cli('init')).toMatchObject({ code: 0 });
  expect(await cli('validate --fail-on info')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
  expect((await cli('plan --against none')).stdout).toContain(' +  queue order-notifications ');
  const topology = read('topologies/example.yaml');
  const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(topology)?.[1] ?? '';
  // A small file, of which the editor follows the reference.
  const reference = read(join('topologies', schema));
  expect(reference.length).toBeLessThan(500);
  const { $ref } = JSON.parse(reference);
  expect(JSON.parse(readFileSync(new URL($ref), 'utf8'))).toHaveProperty('properties.rabbitmq');
  rmSync(path('.brokerform'), { recursive: true });
  expect(await cli('schema --link')).toMatchObject({ code: 0 });
  expect(read(join('topologies', schema))).toBe(reference);
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
      expect(read(file)).toBe(readFileSync(source, 'utf8'));
    }
    expect(await cli('validate --env production --fail-on info')).toMatchObject({ code: 0 });
  },
);

test('--ci in a folder of a repository is refused, where no pipeline would run', async () => {
  mkdirSync(path('.git'));
  mkdirSync(path('broker'));
  const { code, stderr } = await cli('init -C broker --ci github');
  expect([code, readdirSync(path('broker'))]).toEqual([64, []]);
  expect(stderr).toContain('this is its folder broker');
});

test('a type of broker that is none is refused, with what was meant', async () => {
  const { code, stderr } = await cli('init --broker rabitmq');
  expect([code, readdirSync(path())]).toEqual([64, []]);
  expect(stderr).toContain('Did you mean rabbitmq?');
});

test.each([
  ['absent', undefined, '.brokerform/\n'],
  ['without a line end', 'dist', 'dist\n.brokerform/\n'],
  ['there already', '/.brokerform\n', '/.brokerform\n'],
])('.gitignore, %s: names the folder of schemas once', async (_, before, after) => {
  if (before !== undefined) write({ '.gitignore': before });
  expect(await cli('init')).toMatchObject({ code: 0 });
  expect(read('.gitignore')).toBe(after);
});

test('where the package is a dependency, editors read its schemas, and nothing is copied', async () => {
  write({ 'package.json': '{ "devDependencies": { "brokerform": "^0.1.0" } }' });
  expect(await cli('init')).toMatchObject({ code: 0 });
  const first = (file: string) => read(file).split('\n')[0];
  const schemas = 'node_modules/brokerform/schema';
  expect(first('brokerform.yaml')).toMatch(new RegExp(`=${schemas}/config.schema.json$`));
  expect(first('topologies/example.yaml')).toMatch(new RegExp(`=../${schemas}/topology.schema.json$`));
  expect(readdirSync(path()).sort()).toEqual(
    ['.gitignore', 'brokerform.yaml', 'package.json', 'topologies'].sort(),
  );
});

test('overwrites nothing', async () => {
  write({ 'brokerform.yaml': 'mine' });
  const { code, stderr } = await cli('init');
  expect(code).toBe(65);
  expect(stderr).toContain('will not overwrite brokerform.yaml');
  expect(readdirSync(path())).toEqual(['brokerform.yaml']);
});
