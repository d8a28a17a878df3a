import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { decodeText } from '../../src/load/read-file.ts';
import { readYaml } from '../../src/load/yaml.ts';
import { parseJson } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';
import { codes, lines } from './folder.ts';

const read = (text: string) => readYaml(text, 't.yaml');

/** Every way that I know to make a YAML parser slow, big or dizzy. All of it is far over what grows with the square. */
const bombs: Record<string, string> = {
  aliases: `a0: &a0 [x]\n${Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n')}\n`,
  merges: `b0: &b0 {${Array.from({ length: 2000 }, (_, i) => `k${i}: 1`).join(', ')}}\n${Array.from({ length: 2500 }, (_, i) => `c${i}: {<<: *b0}`).join('\n')}\n`,
  brackets: '['.repeat(200_000),
  braces: '{a: '.repeat(200_000),
  dashes: '- '.repeat(200_000),
  questions: '? '.repeat(200_000),
  indents: Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  keys: Array.from({ length: 12_000 }, (_, i) => `k${i}: &x${i} 1`).join('\n'),
  duplicates: 'a: 1\n'.repeat(12_000),
  errors: '}'.repeat(250_000),
  quotes: '"a" '.repeat(25_000),
  anchors: `a: ${'&a '.repeat(12_000)}`,
  tags: '!a '.repeat(12_000),
  digits: `a: ${'9'.repeat(1_000_000)}`,
  comments: '#\n'.repeat(120_000),
  ignores: '# brokerform-ignore a/b: c\n'.repeat(12_000),
  documents: '---\n'.repeat(25_000),
  items: '-\n'.repeat(120_000),
  one: 'a: x y '.repeat(125_000),
};

test.each(Object.keys(bombs))('a file of many %s ends soon, in bounded memory', (name) => {
  const before = process.memoryUsage().rss;
  const start = process.cpuUsage();
  const { diagnostics } = read(bombs[name] ?? '');
  // Processor time, not the clock: other test files run beside this one. Microseconds.
  expect(process.cpuUsage(start).user).toBeLessThan(4_000_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
  if (name === 'aliases' || name === 'merges')
    expect(codes(diagnostics)[0]).toContain('load/too-many-aliases');
  if (['brackets', 'braces', 'dashes', 'questions', 'indents'].includes(name)) {
    expect(diagnostics[0]?.code).toBe('load/too-deep');
  }
  expect(diagnostics.every(({ at, hint }) => at && hint)).toBe(true);
});

test('any JSON written as YAML is read as it was', () => {
  const json = fc
    .jsonValue({ maxDepth: 5 })
    // Reserved, and a merge key where the writer does not quote it.
    .filter((value) => !/"(?:__proto__|<<)":/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(
      json,
      fc.constantFrom<'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE'>('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
      (value, type) => {
        const { documents, diagnostics } = read(stringify(value, { defaultStringType: type }));
        expect(lines(diagnostics.filter(({ code }) => code !== 'load/bad-variable'))).toEqual([]);
        expect(documents[0]?.value ?? null).toEqual(parseJson(JSON.stringify(value)));
      },
    ),
    { numRuns: runs(300) },
  );
});

test('random bytes never throw, and every finding has a place and a hint', () => {
  const token = fc.constantFrom(
    'a',
    ': ',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '&x ',
    '*x',
    '!!int ',
    '!t ',
    '|\n',
    '>\n',
    '? ',
    '<<: ',
    '---\n',
    '...\n',
    '%YAML 1.2\n',
    '#',
    '\t',
    '${X',
    '}',
    '__proto__',
    '1e999',
    '# brokerform-ignore',
    '\r\n',
    '\u2028',
    '😀',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 25 }), (tokens) => {
      for (const { at, hint } of read(tokens.join('')).diagnostics) expect(at && hint).toBeTruthy();
    }),
    { numRuns: runs(1500) },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const result = decodeText(bytes, 'f');
      if ('text' in result) read(result.text);
    }),
    { numRuns: runs(500) },
  );
}, 120_000);
