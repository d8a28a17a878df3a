import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONFIG, GOOD, projectOfEachTest } from './project.ts';

const { cli, path, write } = projectOfEachTest();

test('explain tells of one rule, or lists all', async () => {
  const all = await cli('explain');
  const [code = ''] = all.stdout.split(' ');
  expect(all.stdout.split('\n').length).toBeGreaterThan(10);
  const one = await cli(`explain ${code}`);
  expect(one.stdout.split('\n')[0]).toBe(`# ${code}`);
});

test.each(['topology', 'config', 'plan'])('schema %s is a draft-07 schema', async (name) => {
  const { code, stdout } = await cli(`schema ${name}`);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).$schema).toBe('http://json-schema.org/draft-07/schema#');
});

test('offline commands change nothing in the folder that they are started in', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  const before = readdirSync(path(), { recursive: true });
  await cli('validate');
  await cli('plan --against none');
  expect(readdirSync(path(), { recursive: true })).toEqual(before);
});
