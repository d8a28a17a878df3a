import { expect, test } from 'vitest';
import { projectOfEachTest } from './project.ts';

const { cli, read, write } = projectOfEachTest();

const CONFIG =
  'topologies: [a.yaml]\nproject: shop\nbrokers: {main: {type: nats, servers: ["nats://localhost:1"]}}\n';
const UGLY = 'nats: {streams: {A: {max_age: 86400s, subjects: [a]}}}\n';

test('fmt writes, --check only tells, --diff shows', async () => {
  write({ 'brokerform.yaml': CONFIG, 'a.yaml': UGLY });
  const checked = await cli('fmt --check --diff');
  expect(checked.code).toBe(2);
  expect(checked.stdout).toContain('+nats: { streams: { A: { subjects: [a], max_age: 1d } } }\n');
  expect(read('a.yaml')).toBe(UGLY);
  expect(await cli('fmt')).toMatchObject({ code: 0, stdout: 'a.yaml\nbrokerform.yaml\n' });
  expect(read('a.yaml')).toBe('nats: { streams: { A: { subjects: [a], max_age: 1d } } }\n');
  expect(read('brokerform.yaml')).toMatch(/^project: shop\ntopologies: \[a\.yaml\]\n/);
  expect(await cli('fmt --check')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'All files are formatted.\n',
  });
});

test('a file with mistakes is not formatted, and nothing is written', async () => {
  write({ 'brokerform.yaml': CONFIG, 'a.yaml': `${UGLY}kafak: {}\n` });
  const { code, stderr } = await cli('fmt');
  expect([code, stderr]).toEqual([65, expect.stringContaining('load/unknown-key')]);
  expect(read('brokerform.yaml')).toBe(CONFIG);
});

test('what init writes is formatted', async () => {
  await cli('init --quiet --broker rabbitmq,kafka,nats');
  expect(await cli('fmt --check --diff')).toMatchObject({ code: 0, stdout: '' });
});
