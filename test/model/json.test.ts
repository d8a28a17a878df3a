import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, canonicalParts, type Json, parseJson, printJson } from '../../src/model/index.ts';

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
