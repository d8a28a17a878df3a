import { expect, test } from 'vitest';
import { progressLine } from '../../src/cli/context.ts';

function recorder() {
  const written: string[] = [];
  const clock = { now: 0 };
  return { written, clock, now: () => clock.now, write: (text: string) => void written.push(text) };
}

test('rewrites one line, not too often, and cleans up', () => {
  const { written, clock, now, write } = recorder();
  const line = progressLine(write, true, now);
  line.show('1');
  clock.now = 50;
  line.show('2');
  clock.now = 120;
  line.show('3');
  line.clear();
  line.clear();
  expect(written).toEqual(['\r\u001b[K1', '\r\u001b[K3', '\r\u001b[K']);
});

test('after a pause for other output the next text shows at once', () => {
  const { written, now, write } = recorder();
  const line = progressLine(write, true, now);
  line.show('1');
  line.clear();
  line.show('2');
  expect(written.at(-1)).toBe('\r\u001b[K2');
});

test('without a terminal nothing is written', () => {
  const { written, now, write } = recorder();
  const line = progressLine(write, false, now);
  line.show('1');
  line.clear();
  expect(written).toEqual([]);
});
