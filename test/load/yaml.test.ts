import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { decodeText, MAX_BYTES, readText } from '../../src/load/read-file.ts';
import { readYaml } from '../../src/load/yaml.ts';
import { parseJson } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';
import { codes, lines, makeFolder } from './folder.ts';

const read = (text: string) => readYaml(text, 't.yaml');
const values = (text: string) => read(text).documents.map(({ value }) => value);

test('scalars are read by the rules of YAML 1.2, keys stay text', () => {
  const text = [
    'a: 1',
    'b: 0x1F',
    'c: 0o17',
    'd: 1e3',
    'e: -0.5',
    'f: yes',
    'g: no',
    'h: ~',
    'i: "1"',
    "j: '1'",
    'k: true',
    'l: 2024-01-01',
    'm: 9007199254740991',
    'n: 9007199254740993',
    'o: -9223372036854775808',
    'p: 1_000',
    'q: 012',
    'r: +5',
    's:',
    '1.0: x',
    'null: x',
    'no: x',
    '0x1F: x',
    '"": empty',
  ].join('\n');
  expect(values(text)).toEqual([
    {
      a: 1,
      b: 31,
      c: 15,
      d: 1000,
      e: -0.5,
      f: 'yes',
      g: 'no',
      h: null,
      i: '1',
      j: '1',
      k: true,
      l: '2024-01-01',
      m: 9007199254740991,
      n: { $int: '9007199254740993' },
      o: { $int: '-9223372036854775808' },
      p: '1_000',
      q: 12,
      r: 5,
      s: null,
      '1.0': 'x',
      null: 'x',
      no: 'x',
      '0x1F': 'x',
      '': 'empty',
    },
  ]);
});

test('anchors, aliases, merge keys, tags of the core schema, block scalars and several documents', () => {
  const text = `
base: &base { a: 1, b: 2 }
more: &more
  c: 3
  b: 9
one: { <<: *base, b: 7 }
two: { <<: [*base, *more] }
list: &list [x, y]
again: *list
*key : &key2 v
text: |
  line
folded: >-
  one
  two
tag: !!str 1.0
int: !!int "7"
`.replace('*key :', 'key:');
  expect(values(text)).toEqual([
    {
      base: { a: 1, b: 2 },
      more: { c: 3, b: 9 },
      one: { b: 7, a: 1 },
      two: { a: 1, b: 2, c: 3 },
      list: ['x', 'y'],
      again: ['x', 'y'],
      key: 'v',
      text: 'line\n',
      folded: 'one two',
      tag: '1.0',
      int: 7,
    },
  ]);
  expect(values('--- &x\na: 1\n---\nb: 2\n...\n---\n- 3\n')).toEqual([{ a: 1 }, { b: 2 }, [3]]);
});

test('merged keys have the places where they were written', () => {
  const { documents, places } = read('base: &b\n  k: 1\none:\n  <<: *b\n  own: 2\n');
  const one = (documents[0]?.value ?? {}) as { one: object };
  expect(places.at(one.one, 'k')).toEqual({ file: 't.yaml', line: 2, col: 3 });
  expect(places.at(one.one, 'own')).toEqual({ file: 't.yaml', line: 5, col: 3 });
});

test.each([
  ['a: 1\nb: 2\na: 3\n', '3:1 load/duplicate-key'],
  ['a: {x: 1, x: 2}\n', '1:11 load/duplicate-key'],
  ['__proto__: {polluted: true}\n', '1:1 load/reserved-key'],
  ['a:\n  $secret: X\n', '2:3 load/reserved-key'],
  ['a: {$int: nonsense}\n', '1:5 load/reserved-key'],
  ['a:\n\tb: 1\n', '2:1 load/tab'],
  ['a: .inf\n', '1:4 load/number'],
  ['a: -.INF\n', '1:4 load/number'],
  ['a: .NaN\n', '1:4 load/number'],
  ['a: 1e999\n', '1:4 load/number'],
  [`a: ${'9'.repeat(101)}\n`, '1:4 load/number'],
  ['a: !!timestamp 2024-01-01\n', '1:16 load/unknown-tag'],
  ['a: !!binary aGk=\n', '1:13 load/unknown-tag'],
  ['a: !env X\n', '1:9 load/unknown-tag'],
  ['a: !!set {x}\n', '1:10 load/unknown-tag'],
  ['a: !!int x\n', '1:10 load/wrong-tag'],
  ['a: *nope\n', '1:4 load/unknown-alias'],
  ['a: &a [*a]\n', '1:8 load/alias-cycle'],
  ['[1, 2]: x\n', '1:1 load/key'],
  ['? {a: 1}\n: x\n', '1:3 load/key'],
  [': x\n', '1:1 load/key'],
  ['a: { <<: 5 }\n', '1:10 load/merge'],
  ['a: {b: c\n', '2:1 load/syntax'],
  ['a: "x\n', '2:1 load/syntax'],
  ['a: b: c\n', '1:4 load/syntax'],
  ['a: ]\n', '1:4 load/syntax'],
  ['a: "\\q"\n', '1:5 load/syntax'],
  ['%YAML\n---\na: 1\n', '1:1 load/syntax'],
  ['a: 1\n b: 2\n', '1:4 load/syntax'],
  ['a: { b: ${X} }\n', '1:10 load/syntax'],
  ['a: ${}\n', '1:4 load/bad-variable'],
  ['a: "x ${A-B}"\n', '1:4 load/bad-variable'],
  ['a: "${A"\n', '1:4 load/bad-variable'],
  ['a: "${A:-${B}}"\n', '1:4 load/bad-variable'],
])('%j is %s', (text, expected) => {
  expect(codes(read(text).diagnostics)).toEqual([expected]);
  expect(read(text).diagnostics.every(({ severity, hint }) => severity === 'error' && hint)).toBe(true);
});

test('a duplicate key names both places, and all mistakes of a file come at once', () => {
  const { diagnostics } = read('a: 1\na: 2\nb: .nan\nc: *x\n---\nd: {\n---\ne: 1\ne: 2\n');
  expect(codes(diagnostics)).toEqual([
    '2:1 load/duplicate-key',
    '3:4 load/number',
    '4:4 load/unknown-alias',
    '7:1 load/syntax',
    '9:1 load/duplicate-key',
  ]);
  expect(diagnostics[0]?.related).toEqual([{ file: 't.yaml', line: 1, col: 1 }]);
  expect(diagnostics[0]?.message).toContain('line 1');
});

test('an unquoted variable within braces is told to be quoted', () => {
  expect(read('a: { b: ${MAX} }\n').diagnostics[0]?.hint).toBe(
    'put ${MAX} in quotes: braces mean a mapping here',
  );
});

test('no prototype is touched, and names of built-in properties are plain keys', () => {
  const [value] = values('constructor: 1\ntoString: 2\nhasOwnProperty: {valueOf: 3}\n__proto__: {x: 1}\n');
  expect(Object.keys(value as object)).toEqual(['constructor', 'toString', 'hasOwnProperty']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test('byte order marks and CRLF are fine, and columns do not count them', () => {
  const bytes = Buffer.from('\ufeffa: 1\r\nb: .nan\r\n');
  const text = decodeText(bytes, 't.yaml');
  expect('text' in text && codes(read(text.text).diagnostics)).toEqual(['2:4 load/number']);
});

// Functions, or the reporter would print the bytes.
const badBytes: Record<string, [bytes: () => Uint8Array, expected: string]> = {
  'a stray byte': [() => Buffer.from([0x61, 0x3a, 0x20, 0x0a, 0x62, 0xff, 0x0a]), '2:2 load/invalid-utf8'],
  'a cut character': [
    () => Buffer.concat([Buffer.from('é: ü'), Buffer.from([0xc3])]),
    '1:5 load/invalid-utf8',
  ],
  'a real replacement character before': [
    () => Buffer.concat([Buffer.from('\ufffd\n'), Buffer.from([0x80])]),
    '2:1 load/invalid-utf8',
  ],
  'UTF-16': [() => Buffer.from('\ufeffa: 1', 'utf16le'), '1:1 load/invalid-utf8'],
  'a control character': [() => Buffer.from('a: 1\nb: \x1b[31m'), '2:4 load/control-character'],
  'a NUL': [() => Buffer.from('a\0'), '1:2 load/control-character'],
  '100 MB': [() => Buffer.alloc(100_000_000, 0x61), '1:1 load/file-too-large'],
};

test.each(Object.keys(badBytes))('%s is refused where it stands', (name) => {
  const [bytes, expected] = badBytes[name] ?? [() => Buffer.of(), ''];
  const result = decodeText(bytes(), 't.yaml');
  expect('diagnostic' in result && codes([result.diagnostic])).toEqual([expected]);
});

test('what is no file is said to be none, and a large file is not read', () => {
  const folder = makeFolder({ 'large.yaml': Buffer.alloc(MAX_BYTES + 1, 0x20), 'ok.yaml': 'a: 1' });
  const told = (name: string) => {
    const result = readText(`${folder}/${name}`, name);
    return 'diagnostic' in result ? result.diagnostic.code : result.text;
  };
  expect(told('ok.yaml')).toBe('a: 1');
  expect(told('large.yaml')).toBe('load/file-too-large');
  expect(told('none.yaml')).toBe('load/missing-file');
  expect(told('ok.yaml/x')).toBe('load/missing-file');
  expect(told('.')).toBe('load/unreadable-file');
});

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
