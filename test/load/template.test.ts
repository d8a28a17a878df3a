import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveTemplate } from '../../src/load/index.ts';
import { MissingVariable } from '../../src/model/index.ts';

test.each([
  ['plain', {}, 'plain'],
  ['${A}', { A: 'x' }, 'x'],
  ['a${A}b${B}c', { A: '1', B: '2' }, 'a1b2c'],
  ['${A:-d}', {}, 'd'],
  ['${A:-d}', { A: '' }, 'd'],
  ['${A:-d}', { A: 'x' }, 'x'],
  ['${A:-}', {}, ''],
  ['${A:-a:-b $x}', {}, 'a:-b $x'],
  ['${A}', { A: '' }, ''],
  ['${A}', { A: '${B} $& $1', B: 'no' }, '${B} $& $1'],
  ['$${A}', { A: 'x' }, '${A}'],
  ['$$${A}', { A: 'x' }, '$${A}'],
  ['$A $ { }', { A: 'x' }, '$A $ { }'],
  ['${not a name}', {}, '${not a name}'],
])('%j with %j is %j', (template, variables, expected) => {
  expect(resolveTemplate(template, variables)).toBe(expected);
});

test('a missing variable is named, and built-in properties are no variables', () => {
  expect(() => resolveTemplate('x${NOPE}', {})).toThrow(new MissingVariable('NOPE'));
  expect(() => resolveTemplate('${constructor}', {})).toThrow(MissingVariable);
  expect(resolveTemplate('${toString:-x}', {})).toBe('x');
});

test('text with every ${ escaped comes out as it went in', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const escaped = text.replaceAll('${', '$${');
      fc.pre(!text.includes('$${'));
      expect(resolveTemplate(escaped, {})).toBe(text);
    }),
  );
});
