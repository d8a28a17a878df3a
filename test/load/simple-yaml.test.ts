import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readFullYaml } from '../../src/load/full-yaml.ts';
import { Places } from '../../src/load/places.ts';
import { readSimpleYaml } from '../../src/load/simple-yaml.ts';
import type { Json } from '../../src/model/index.ts';

/** Every value with the places of everything in it, so that two readings can be compared whole. */
function placed(value: Json, places: Places): unknown {
  if (Array.isArray(value)) {
    return value.map((item: Json, i) => ({
      at: places.at(value, i),
      template: places.template(value, i)?.raw,
      item: placed(item, places),
    }));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, item]) => ({
    key,
    at: places.at(value, key),
    atValue: places.atValue(value, key),
    template: places.template(value, key)?.plain,
    item: placed(item as Json, places),
  }));
}

/** Undefined where the simple reader declines. */
function compare(text: string): boolean {
  const simplePlaces = new Places('f', text);
  const simple = readSimpleYaml(text, simplePlaces);
  if (!simple) return false;
  const fullPlaces = new Places('f', text);
  const diagnostics: unknown[] = [];
  const full = readFullYaml(text, fullPlaces, diagnostics as []);
  expect(diagnostics, text).toEqual([]);
  expect(simple, text).toEqual(full.map(({ value }) => value));
  expect(
    simple.map((value) => placed(value, simplePlaces)),
    text,
  ).toEqual(full.map(({ value }) => placed(value, fullPlaces)));
  return true;
}

test.each([
  'a: 1\n',
  'a:\n  b: 2\n  c:\n  - 1\n  - x: 1\n    y: 2\nd: {a: b, c: [1, 2, {e: f}]}\n',
  '# head\n---\na: 1 # one\n---\n- 1\n-\n- - 2\n  - 3\n',
  'a:\nb: ""\nc: \'x y\'\n"d e": 1.0\nyes: no\n1.0: 0x1F\nnull: ~\n',
  'a: ${X}\nb: "${Y:-1}"\nc: ["$${Z}"]\n',
  'a: { from: events, key: order.# } # c\n',
  'a: -1\nb: - 1\n',
  'a:\n  # comment\n\n  b: 1\n# end',
  '---\n---\n',
  '',
  '# only\n',
  'a: http://x:1/%2F?y#z\n',
  'a: 2024-01-01T00:00:00Z\n',
  '- {}\n- []\n-   a: 1\n    b:\n      - 1\n',
  'a:\n    - 1\n    - 2\nb: 3\n',
  'a: x\n   \nb: y\n',
])('the simple reader agrees with the full one on %j', (text) => {
  compare(text);
});

test('the simple reader takes what topologies are written in', () => {
  expect(
    compare('rabbitmq:\n  queues:\n    q: { type: quorum, bindings: [{ from: e, key: "a.#" }] }\n'),
  ).toBe(true);
  expect(compare('a:\n  - x: 1\n    y: order.#\n  - z\nb: ${X:-1}\n')).toBe(true);
});

test.each([
  'a: b: c\n',
  'a: 1\na: 2\n',
  'a: *x\n',
  'a: &x 1\n',
  'a: |\n  x\n',
  'a: x\n  y\n',
  'a: "x\ny"\n',
  'a:\n\t- b\n',
  '__proto__: 1\n',
  'a: {b: c\n',
  'a: [1, 2\n',
  'a: }\n',
  ' a: 1\nb: 2\n',
  'a: 1\n  b: 2\n',
  '[a: 1]\n',
  'a: "x" y\n',
  '<<: {a: 1}\n',
  'a: .nan\n',
  'text\n',
  '- a\nb: 1\n',
])('the simple reader leaves %j to the full one', (text) => {
  expect(compare(text)).toBe(false);
});

const word = fc.constantFrom(
  'a',
  'b',
  'order.#',
  '1',
  '-',
  'x y',
  '"q"',
  "'s'",
  '${V}',
  '~',
  '',
  '# c',
  ' # c',
  '*a',
);
const piece = fc.oneof(
  { weight: 5, arbitrary: word },
  fc.constantFrom(
    ': ',
    ':',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    ',',
    '\n---\n',
    ' ',
    '\n\n',
    '?',
    '|',
    '&a ',
    '!t ',
    '"',
    "'",
    '\\',
    '%',
    '...',
  ),
);

test('on random text the simple reader declines or agrees with the full one', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      compare(pieces.join(''));
    }),
    { numRuns: 30_000 },
  );
}, 120_000);

test('on random lines the simple reader declines or agrees with the full one', () => {
  const content = fc.constantFrom(
    'a: 1',
    'b:',
    'c: {x: y, z: [1]}',
    '- 1',
    '-',
    '- d: 2',
    'e: "f" # g',
    '# h',
    '',
    '- - i',
    'j',
    "k: '${L}'",
    '---',
    '- # x',
    'm: n#o',
    '- p:',
    '- {q: r}',
    '- "s": t',
  );
  const line = fc
    .tuple(fc.integer({ min: 0, max: 4 }), content)
    .map(([indent, text]) => ' '.repeat(indent) + text);
  let simple = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 7 }), (lines) => {
      if (compare(lines.join('\n'))) simple++;
    }),
    { numRuns: 30_000 },
  );
  expect(simple).toBeGreaterThan(1000);
}, 120_000);

test('any JSON that the yaml package writes is read the same', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.boolean(), (value, flow) => {
      compare(stringify(value, flow ? { collectionStyle: 'flow', lineWidth: 0 } : {}));
    }),
    { numRuns: 5000 },
  );
});
