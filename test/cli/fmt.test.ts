import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cli = (line: string) => runCli(line.split(' '), { cwd: folder });
const CONFIG =
  'topologies: [a.yaml]\nproject: shop\nbrokers: {main: {type: nats, servers: ["nats://localhost:1"]}}\n';
const UGLY = 'nats: {streams: {A: {max_age: 86400s, subjects: [a]}}}\n';

test('fmt writes, --check only tells, --diff shows', async () => {
  await writeFile(join(folder, 'brokerform.yaml'), CONFIG);
  await writeFile(join(folder, 'a.yaml'), UGLY);
  const checked = await cli('fmt --check --diff');
  expect(checked.code).toBe(2);
  expect(checked.stdout).toContain('+nats: { streams: { A: { subjects: [a], max_age: 1d } } }\n');
  expect(await readFile(join(folder, 'a.yaml'), 'utf8')).toBe(UGLY);
  expect(await cli('fmt')).toMatchObject({ code: 0, stdout: 'a.yaml\nbrokerform.yaml\n' });
  expect(await readFile(join(folder, 'a.yaml'), 'utf8')).toBe(
    'nats: { streams: { A: { subjects: [a], max_age: 1d } } }\n',
  );
  expect(await readFile(join(folder, 'brokerform.yaml'), 'utf8')).toMatch(
    /^project: shop\ntopologies: \[a\.yaml\]\n/,
  );
  expect(await cli('fmt --check')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'All files are formatted.\n',
  });
});

test('a file with mistakes is not formatted, and nothing is written', async () => {
  await writeFile(join(folder, 'brokerform.yaml'), CONFIG);
  await writeFile(join(folder, 'a.yaml'), `${UGLY}kafak: {}\n`);
  const { code, stderr } = await cli('fmt');
  expect([code, stderr]).toEqual([65, expect.stringContaining('load/unknown-key')]);
  expect(await readFile(join(folder, 'brokerform.yaml'), 'utf8')).toBe(CONFIG);
});

test('what init writes is formatted', async () => {
  await cli('init --quiet --broker rabbitmq,kafka,nats');
  expect(await cli('fmt --check --diff')).toMatchObject({ code: 0, stdout: '' });
});
