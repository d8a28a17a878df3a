import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  canonicalJson,
  canonicalParts,
  type Json,
  JsonReader,
  jsonParts,
  parseJson,
  printJson,
} from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';

test('long integers stay exact, and the digits of fractions are left alone', () => {
  const text =
    '{"big":12345678901234567890,"neg":-9007199254740993,"rate":0.12345678901234567,"exp":1e-0000000000000001}';
  expect(parseJson(text)).toEqual({
    big: { $int: '12345678901234567890' },
    neg: { $int: '-9007199254740993' },
    rate: Number('0.12345678901234567'),
    exp: 0.1,
  });
});

test('an integer of 16 digits or more is exact wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.bigInt({ min: 10n ** 15n, max: 10n ** 20n }),
      fc.nat(20),
      (before, value, after) => {
        const text = `[${'1,'.repeat(before)}${value}${',1'.repeat(after)}]`;
        const exact = Number.isSafeInteger(Number(value)) ? Number(value) : { $int: String(value) };
        expect((parseJson(text) as readonly Json[])[before]).toEqual(exact);
      },
    ),
  );
});

test('digits inside strings are no numbers, and exact integers print as plain ones', () => {
  const value = parseJson('{"s":"12345678901234567890 \\"99999999999999999999\\"","n":12345678901234567890}');
  expect(value).toMatchObject({ s: '12345678901234567890 "99999999999999999999"' });
  expect(printJson(value)).toContain('"n":12345678901234567890');
});

test('the parts of a canonical text are that text, whatever the order of the keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json);
      expect([...canonicalParts(value as Json)].join('')).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the parts of an indented text are that text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 3 }), (value, indent) => {
      expect([...jsonParts(value as Json, indent)].join('')).toBe(JSON.stringify(value, undefined, indent));
    }),
  );
});

const parsed = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** As it comes in parts of this length. */
const readInParts = (text: string, length: number): unknown => {
  const reader = new JsonReader();
  for (let at = 0; at < text.length; at += length) {
    if (!reader.push(text.slice(at, at + length))) return undefined;
  }
  const value = reader.end();
  return value === undefined ? undefined : { value };
};

test('a text in parts is read as JSON.parse reads the whole, wherever it is cut, and is refused where that refuses it', () => {
  const damage = fc.record({
    at: fc.nat(300),
    removed: fc.nat(3),
    added: fc.constantFrom('', ...'{}[]",:\\ 0e-.\n\u00a0', 'null', '"__proto__":{},', '"a":1,'),
  });
  const value = fc.jsonValue({ stringUnit: fc.constantFrom(...'a"\\{}[],: →\u2028') });
  const indent = fc.constantFrom(0, 1, '\t');
  fc.assert(
    fc.property(
      value,
      indent,
      fc.option(damage),
      fc.integer({ min: 1, max: 40 }),
      (data, space, harm, length) => {
        const text = JSON.stringify(data, undefined, space);
        const { at = 0, removed = 0, added = '' } = harm ?? {};
        const cut = text.slice(0, at) + added + text.slice(at + removed);
        expect(readInParts(cut, length)).toEqual(parsed(cut));
      },
    ),
    { numRuns: runs(2000) },
  );
});

test('keys that stand twice, and __proto__, are read as JSON.parse reads them', () => {
  const text = '{"a":1,"__proto__":{"x":1},"b":[{"__proto__":2}],"a":{"c":3},"":[]}';
  const value = new Map(Object.entries((readInParts(text, 3) as { value: object }).value));
  expect(value).toEqual(new Map(Object.entries(JSON.parse(text))));
  expect(value.has('__proto__')).toBe(true);
});

test('a text that is nested too deeply for reading in parts is refused, and breaks nothing', () => {
  expect(readInParts('['.repeat(100_000), 65_536)).toBeUndefined();
});
