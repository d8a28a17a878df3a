import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Progress } from '../../../../../src/brokers/kafka/session/redrive/progress.ts';

/** Offsets below this, of which some are done. */
const SPAN = 400;

const begun = fc.record({
  from: fc.nat(SPAN),
  spans: fc.array(fc.tuple(fc.nat(SPAN), fc.integer({ min: 1, max: 12 })), { maxLength: 60 }),
});

function progressOf({
  from,
  spans,
}: {
  from: number;
  spans: readonly (readonly [number, number])[];
}): Progress {
  return spans.reduce(
    (progress, [start, length]) => progress.with(start, start + length),
    Progress.none(from),
  );
}

const doneOf = (progress: Progress) =>
  Array.from({ length: 2 * SPAN }, (_, offset) => offset).filter((offset) => progress.has(offset));

test('what is marked is done, and nothing else', () => {
  fc.assert(
    fc.property(begun, ({ from, spans }) => {
      const isDone = (offset: number) =>
        offset < from || spans.some(([start, length]) => offset >= start && offset < start + length);
      const expected = Array.from({ length: 2 * SPAN }, (_, offset) => offset).filter(isDone);
      expect(doneOf(progressOf({ from, spans }))).toEqual(expected);
    }),
  );
});

test('a commit and its metadata say the same as before, whatever the log has lost since', () => {
  fc.assert(
    fc.property(begun, fc.nat(SPAN), (some, start) => {
      const progress = progressOf(some);
      const read = Progress.read(progress.from, progress.metadata ?? '', start);
      const expected = doneOf(progress).filter((offset) => offset >= start);
      expect(doneOf(read).filter((offset) => offset >= start)).toEqual(expected);
    }),
  );
});

test('metadata fits into a commit, up to 23,000 offsets of which every second one is done', () => {
  let progress = Progress.none(5);
  const texts: string[] = [];
  for (let offset = 6; offset <= 25_000; offset += 2) {
    progress = progress.with(offset, offset + 1);
    if (offset % 1_000 === 0) texts.push(progress.metadata ?? 'too long');
  }
  expect(texts.slice(0, 22).every((text) => text.length <= 4_000)).toBe(true);
  expect(texts.at(-1)).toBe('too long');
  const read = Progress.read(5, texts[20] ?? '', 0);
  expect([read.has(5), read.has(6), read.has(7), read.has(19_998), read.has(19_999)]).toEqual([
    ...[false, true, false, true, false],
  ]);
});

test('metadata of others, or that is damaged, marks nothing as done beyond the offset', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      for (const metadata of [text, `brokerform1 ${text}`]) {
        const progress = Progress.read(10, metadata, 3);
        expect([progress.from >= 10, Number.isSafeInteger(progress.from)]).toEqual([true, true]);
      }
    }),
  );
  for (const metadata of ['', 'brokerform1 5', 'brokerform1 5.-1', 'brokerform1 5.x!', 'brokerform1b ']) {
    expect(doneOf(Progress.read(10, metadata, 0))).toHaveLength(10);
  }
});
