import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/index.ts';
import { check } from '../../src/workflow/index.ts';
import { folderOfFile } from '../setup/folder.ts';
import { visitsOf } from './visits.ts';

const directory = folderOfFile({
  'brokerform.yaml':
    'project: p\ntopologies: [t.yaml]\nbrokers: { main: { type: rabbitmq, url: "amqp://localhost" } }\n',
});

function diagnosticsOf(text: string): readonly Diagnostic[] {
  writeFileSync(join(directory, 't.yaml'), text);
  return check({ directory, env: {} }).diagnostics;
}

/** A file of as many lines. */
type Made = (count: number) => string;

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');
const queues =
  (line: (i: number) => string, head = ''): Made =>
  (count) =>
    `rabbitmq:\n  queues:\n${head}${lines(count, line)}`;

const MISTAKES: readonly (readonly [name: string, code: string, made: Made])[] = [
  ['unknown keys', 'load/unknown-key', queues((i) => `    q${i}: { max-lenght: 1 }\n`)],
  ['unknown keys of one queue', 'load/unknown-key', queues((i) => `      kkey${i}: 1\n`, '    q:\n')],
  ['wrong values', 'load/wrong-value', queues((i) => `    q${i}: { max-length: x }\n`)],
  ['wrong items of one list', 'load/wrong-value', queues(() => '        - 1\n', '    q:\n      bindings:\n')],
  ['wrong units', 'rabbitmq/bad-unit', queues((i) => `    q${i}:\n      message-ttl: soon\n`)],
  ['duplicate keys', 'load/duplicate-key', queues((i) => `    q${i}: {}\n    q${i}: {}\n`)],
  ['unknown aliases', 'load/unknown-alias', queues((i) => `    q${i}: *a${i}\n`)],
  ['bad variables', 'load/bad-variable', queues((i) => `    q${i}: "\${"\n`)],
  ['bad comments', 'load/suppression-code', queues((i) => `    # brokerform-ignore x\n    q${i}: {}\n`)],
  ['unknown rules', 'lint/unknown-rule', queues((i) => `    # brokerform-ignore a/b: c\n    q${i}: {}\n`)],
  ['bad addresses', 'load/bad-address', (n) => `retired:\n${lines(n, (i) => `  - q${i}\n`)}`],
];

describe.each(MISTAKES)('%s', (_, code, made) => {
  /** What is found in a file of as many mistakes, with the work that it took. */
  const measure = (count: number) => {
    let found: readonly Diagnostic[] = [];
    const visits = visitsOf(() => {
      found = diagnosticsOf(made(count));
    });
    return { found: found.filter((one) => one.code === code), visits };
  };
  let large: ReturnType<typeof measure>;
  beforeAll(() => {
    // The first run compiles the schemas.
    measure(10);
    large = measure(1200);
  });

  test('the first are listed, the rest counted', () => {
    const { found } = large;
    const more = found.filter(({ message }) => message === '200 more errors of this kind');
    // A baseline accepts findings of rules one by one, so that all of them are listed.
    expect([found.length, more.length]).toEqual(code.startsWith('lint/') ? [1200, 0] : [1001, 1]);
  });

  test('ten times as many take ten times the work', () => {
    expect(large.visits).toBeLessThan(12 * measure(120).visits);
  });
});

test('one long line takes the work of as many lines', () => {
  const entry = (i: number) => `q${i}: { max-length: 1 }`;
  const line = `rabbitmq:\n  queues: { ${Array.from({ length: 1500 }, (_, i) => entry(i)).join(', ')} }\n`;
  const spread = visitsOf(() => diagnosticsOf(queues((i) => `    ${entry(i)}\n`)(1500)));
  expect(visitsOf(() => diagnosticsOf(line))).toBeLessThan(1.5 * spread);
});
