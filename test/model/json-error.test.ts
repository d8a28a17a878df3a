import fc from 'fast-check';
import { expect, test } from 'vitest';
import { locateJsonError } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';

test.each([
  ['{\n{\n', 2, 1],
  ['{ "a": [\n  1,\n ] }', 3, 2],
  ['{ "a": 1 "b": 2 }', 1, 10],
  ['{ "a": tru }', 1, 11],
  ['{ "a": 1 }\nx', 2, 1],
  ['{ "a": "x\n" }', 1, 10],
  ["{ 'a': 1 }", 1, 3],
  ['{ "a": 1', 1, 9],
  ['', 1, 1],
  ['[3.x]', 1, 4],
  ['[1e-x]', 1, 5],
  ['["a', 1, 4],
])('the error of %j is at %i:%i', (text, line, col) => {
  expect(locateJsonError(text)).toEqual({ line, col });
});

test('a character that cannot stand where it is put into JSON is found', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, at) => {
      const offset = at % (json.length + 1);
      const text = `${json.slice(0, offset)}\u0001${json.slice(offset)}`;
      expect(locateJsonError(text)).toEqual({ line: 1, col: offset + 1 });
    }),
    { numRuns: runs(1000) },
  );
});
