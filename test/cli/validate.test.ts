import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/index.ts';
import { CONFIG, GOOD, LOSSY, MISSPELT, projectOfEachTest } from './project.ts';

const { cli, path, write } = projectOfEachTest();

test('a sound topology exits with 0', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  expect(await cli('validate')).toMatchObject({ code: 0, stdout: 'No findings.\n', stderr: '' });
});

test('a lint error exits with 3, what is no topology with 65', async () => {
  write({ 'brokerform.yaml': CONFIG, 'lossy/a.yaml': LOSSY, 'bad/b.yaml': MISSPELT });
  const lossy = await cli('validate lossy');
  expect([lossy.code, lossy.stderr]).toEqual([3, '']);
  expect(lossy.stdout).toMatch(/^lossy\/a\.yaml:3:\d+ error rabbitmq\/dead-letter-exchange-missing /m);
  const bad = await cli('validate bad');
  expect(bad.code).toBe(65);
  expect(bad.stdout).toMatch(/^bad\/b\.yaml:2:3 error load\/unknown-key .*queues/s);
  expect((await cli('validate lossy bad')).code).toBe(65);
  write({ 'twice/a.yaml': GOOD, 'twice/b.yaml': GOOD });
  expect((await cli('validate twice')).code).toBe(65);
});

test('a baseline accepts what is there, by resource; what is new is told, and so is what is gone', async () => {
  const queues = (...names: string[]) =>
    `rabbitmq:\n  queues:\n${names.map((name) => `    ${name}: { dead-letter: { exchange: dlx } }\n`).join('')}`;
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': queues('a', 'b') });
  expect((await cli('validate')).code).toBe(3);
  const written = await cli('validate --write-baseline known.json --fail-on info');
  expect(written).toMatchObject({ code: 0, stdout: 'No findings.\n' });
  write({ 'brokerform.yaml': `${CONFIG}lint: { baseline: known.json }\n` });
  expect((await cli('plan --against none -q')).code).toBe(0);
  write({ 'topologies/a.yaml': `# moved\n${queues('a', 'c')}` });
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
  write({ 'known.json': '{"brokerform": "baseline", "version": 2}' });
  const damaged = await cli('validate');
  expect([damaged.code, damaged.stdout]).toEqual([65, expect.stringContaining('load/baseline')]);
  expect((await cli('validate --baseline none.json')).code).toBe(65);
  expect((await cli('validate --write-baseline x --baseline y')).code).toBe(64);
});

test('a plan counts warnings in one line, and -q leaves it out', async () => {
  write({
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
  write({ 'brokerform.yaml': config, 'topologies/a.yaml': MISSPELT });
  const { code, stdout } = await cli('validate --env stagin --format json');
  expect(code).toBe(65);
  expect(JSON.parse(stdout).diagnostics).toMatchObject([
    { code: 'load/unknown-environment', hint: 'did you mean staging? known environments: staging' },
  ]);
});

test('--fail-on decides which findings count', async () => {
  const config = `${CONFIG}lint: { rules: { rabbitmq/unbound-exchange: info } }\n`;
  write({
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
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': LOSSY });
  const { code, stdout } = await cli(`validate --format ${format}`);
  expect(code).toBe(3);
  expect(stdout).toMatch(expected);
});

test('annotations name files from the root of the checkout', async () => {
  write({ 'infra/brokerform.yaml': CONFIG, 'infra/topologies/a.yaml': LOSSY });
  const env = { GITHUB_WORKSPACE: path() };
  const { stdout } = await cli('-C infra validate --format github', { env });
  expect(stdout).toMatch(/^::error file=infra\/topologies\/a\.yaml,/);
});
