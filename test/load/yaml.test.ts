import { expect, test } from 'vitest';
import { readYaml } from '../../src/load/yaml.ts';
import { codes } from './folder.ts';

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
