import { expect, test } from 'vitest';
import { decideColour, PLAIN, paint } from '../../src/report/index.ts';

type Env = Record<string, string>;

test.each<[string, boolean | undefined, Env, boolean, boolean]>([
  ['a terminal is coloured', undefined, {}, true, true],
  ['a pipe is not', undefined, {}, false, false],
  ['a dumb terminal is not', undefined, { TERM: 'dumb' }, true, false],
  ['FORCE_COLOR colours a pipe', undefined, { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR without a value too', undefined, { FORCE_COLOR: '' }, false, true],
  ['FORCE_COLOR=0 is off', undefined, { FORCE_COLOR: '0' }, true, false],
  ['FORCE_COLOR goes before TERM', undefined, { FORCE_COLOR: '1', TERM: 'dumb' }, true, true],
  ['NO_COLOR is off', undefined, { NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR says nothing', undefined, { NO_COLOR: '' }, true, true],
  ['NO_COLOR goes before FORCE_COLOR', undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['--color goes before all', true, { NO_COLOR: '1', TERM: 'dumb' }, false, true],
  ['--no-color goes before all', false, { FORCE_COLOR: '1' }, true, false],
])('%s', (_, flag, env, isTTY, expected) => {
  expect(decideColour({ flag, env, isTTY })).toBe(expected);
});

test('the style decides, not the environment of this process', () => {
  expect(paint({ ...PLAIN, colour: true }, 'red', 'x')).toBe('\u001b[31mx\u001b[39m');
  expect(paint(PLAIN, 'red', 'x')).toBe('x');
});
