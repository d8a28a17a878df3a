import { expect, test } from 'vitest';
import { CONFIG, GOOD, LOSSY, MISSPELT, projectOfEachTest } from './project.ts';

const { cli, read, write } = projectOfEachTest();

test('--against none shows everything as new; --detailed-exitcode tells', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  const { code, stdout, stderr } = await cli('plan --against none');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Plan shop .*\n3 safe\n\nSAFE\n/);
  expect((await cli('plan --against none --detailed-exitcode')).code).toBe(2);
});

test('a saved plan shows the same, in every format', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  const planned = await cli('plan --against none --out p.json --json-into p2.json --markdown-into p.md');
  expect((await cli('show p.json')).stdout).toBe(planned.stdout);
  expect((await cli('show p.json --format json')).stdout).toBe(read('p2.json'));
  expect((await cli('show p.json --format markdown')).stdout).toBe(read('p.md'));
});

test('a plan that was edited is refused with 4', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  await cli('plan --against none --out p.json');
  const text = read('p.json');
  write({ 'p.json': text.replace('"topic"', '"fanout"'), 'cut.json': text.slice(0, 500) });
  for (const line of ['show p.json', 'apply p.json', 'apply cut.json']) {
    const { code, stderr } = await cli(line);
    expect([code, line]).toEqual([4, line]);
    expect(stderr).toContain('nothing was applied');
  }
});

test('a saved plan is for its own environment', async () => {
  const environments = 'environments: { production: {}, staging: {} }\n';
  write({ 'brokerform.yaml': CONFIG + environments, 'topologies/a.yaml': GOOD });
  await cli('plan --env staging --against none --out p.json');
  const { code, stderr } = await cli('apply p.json --env production');
  expect(code).toBe(4);
  expect(stderr).toContain('the plan was made for environment staging');
});

test('a glob that names nobody with a password is a mistake; a saved plan takes none', async () => {
  const users = 'rabbitmq:\n  users: { app: { password: "${PW}" } }\n';
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD, 'topologies/b.yaml': users });
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
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': MISSPELT });
  const { code, stdout, stderr } = await cli('plan --against none --format json --json-into p.json');
  expect(code).toBe(65);
  expect(stderr).toMatch(/^topologies\/a\.yaml:2:3 error load\//);
  const { failure } = JSON.parse(stdout);
  expect(failure.kind).toBe('input');
  expect(failure.diagnostics[0].at).toEqual({ file: 'topologies/a.yaml', line: 2, col: 3 });
  expect(read('p.json')).toBe(stdout);
});

test('a lint error stops a plan with 3', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': LOSSY });
  const { code, stdout, stderr } = await cli('plan --against none');
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('error: 1 lint error in the project; no broker was changed\n');
});

test('an unreachable broker exits with 1, and says so in JSON', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
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
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  const { code, stderr } = await cli(line);
  expect(stderr).toContain(`error: ${message}`);
  expect(code).toBe(line.startsWith('import --broker') ? 64 : 65);
});

test('colour is for terminals, unless it is asked for', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  expect((await cli('plan --against none')).stdout).not.toContain('\u001b[');
  expect((await cli('plan --against none --color')).stdout).toContain('\u001b[32mSAFE');
  const env = { FORCE_COLOR: '1' };
  expect((await cli('plan --against none', { env })).stdout).toContain('\u001b[32mSAFE');
  expect((await cli('plan --against none --no-color', { env })).stdout).not.toContain('\u001b[');
});
