import { expect, test } from 'vitest';
import { projectOfEachTest } from './project.ts';
import { runCli } from './run-cli.ts';

const KEY = 'a-key-of-no-less-than-32-characters';
const CONFIG = `project: shop
topologies: [shop.yaml]
brokers: { main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" } }
`;

const { path, read, write } = projectOfEachTest({
  'brokerform.yaml': CONFIG,
  'shop.yaml': 'rabbitmq: { vhosts: { shop: { queues: { orders: } } } }\n',
});

function cli(line: string, key?: string) {
  return runCli(line.split(' '), {
    cwd: path(),
    ...(key !== undefined && { env: { BROKERFORM_PLAN_KEY: key } }),
  });
}

test('a plan is signed, and shown or applied only with its signature', async () => {
  expect(await cli('plan --against none --out plan.json --sign', KEY)).toMatchObject({ code: 0 });
  const text = read('plan.json');
  expect(text).not.toContain(KEY);
  expect(await cli('show plan.json')).toMatchObject({ code: 0 });
  expect(await cli('show plan.json --verify', KEY)).toMatchObject({ code: 0 });
  for (const command of ['show plan.json --verify', 'apply plan.json --verify']) {
    const { code, stdout, stderr } = await cli(command, `${KEY}!`);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^error: signature of the plan does not match/);
    expect(stderr).not.toContain(KEY);
  }
  write({ 'plan.json': text.replace(/ "signature": .*\n/, '') });
  expect(await cli('apply plan.json --verify', KEY)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('the plan is not signed'),
  });
  const aged = await cli('apply plan.json --max-age 0s');
  expect(aged).toMatchObject({ code: 4, stderr: expect.stringContaining('too old') });
});

test.each([
  ['plan --against none --out plan.json --sign', undefined, /BROKERFORM_PLAN_KEY is not set/],
  ['plan --against none --out plan.json --sign', 'short', /32 characters or more/],
  ['plan --against none --sign', KEY, /--sign requires --out/],
  ['apply --verify', KEY, /require a plan file/],
  ['apply --max-age 1h', KEY, /require a plan file/],
])('%s with the key %s is wrong usage', async (line, key, message) => {
  const { code, stderr } = await cli(line, key);
  expect(code).toBe(64);
  expect(stderr).toMatch(message);
});
