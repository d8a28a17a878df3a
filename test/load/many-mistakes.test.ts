import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { check } from '../../src/pipeline/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'brokerform-mistakes-'));
afterAll(() => rmSync(directory, { recursive: true }));

const COUNT = 10_000;
const each = (line: (i: number) => string) => Array.from({ length: COUNT }, (_, i) => line(i)).join('');

/** Processor seconds and diagnostics of a file. */
function run(text: string) {
  const config =
    'project: p\ntopologies: [t.yaml]\nbrokers: { main: { type: rabbitmq, url: "amqp://localhost" } }\n';
  writeFileSync(join(directory, 'brokerform.yaml'), config);
  writeFileSync(join(directory, 't.yaml'), `rabbitmq:\n  queues:\n${text}`);
  const start = process.cpuUsage();
  const { diagnostics } = check({ directory, env: {} });
  return { seconds: process.cpuUsage(start).user / 1e6, diagnostics };
}

test.each([
  ['unknown keys of one queue', `    q:\n${each((i) => `      kkey${i}: 1\n`)}`, 'load/unknown-key'],
  ['unknown keys', each((i) => `    q${i}: { max-lenght: 1 }\n`), 'load/unknown-key'],
  ['wrong values', each((i) => `    q${i}: { max-length: x }\n`), 'load/wrong-value'],
])('of %s by the thousand, the first are listed and the rest counted', (_, text, code) => {
  const { seconds, diagnostics } = run(text);
  expect(diagnostics.filter((one) => one.code === code)).toHaveLength(1001);
  expect(diagnostics.map(({ message }) => message)).toContain('9,000 more of the same, which are not listed');
  expect(seconds).toBeLessThan(10);
});

test('one long line of ten thousand entries is read in no more time than as many lines', () => {
  const entries = Array.from({ length: COUNT }, (_, i) => `q${i}: { max-length: 1 }`).join(', ');
  const lines = run(each((i) => `    q${i}: { max-length: 1 }\n`)).seconds;
  const start = process.cpuUsage();
  writeFileSync(join(directory, 't.yaml'), `rabbitmq:\n  queues: { ${entries} }\n`);
  check({ directory, env: {} });
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(4 * lines + 1);
});
