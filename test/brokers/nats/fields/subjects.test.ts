import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonSubject,
  isWithin,
  overlap,
  SubjectIndex,
  subjectProblem,
} from '../../../../src/brokers/nats/fields/subjects.ts';
import { runs } from '../../../setup/runs.ts';

/** Every literal subject of up to four tokens over a small alphabet, one of which no pattern names. */
const WORDS = ['a', 'b', 'other'];
const LITERALS = [1, 2, 3, 4].flatMap((length) => words(length));

function words(length: number): string[][] {
  if (length === 0) return [[]];
  return words(length - 1).flatMap((head) => WORDS.map((word) => [...head, word]));
}

/** The definition itself, token by token. */
function matches(pattern: string, literal: readonly string[]): boolean {
  const tokens = pattern.split('.');
  if (tokens.at(-1) === '>') {
    return (
      literal.length >= tokens.length &&
      matches(tokens.slice(0, -1).join('.') || '', literal.slice(0, tokens.length - 1))
    );
  }
  if (pattern === '') return literal.length === 0;
  return (
    tokens.length === literal.length && tokens.every((token, i) => token === '*' || token === literal[i])
  );
}

/** Up to three tokens, so that four-token literals tell `>` from `*`. */
const pattern = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 3 }), fc.boolean())
  .map(([tokens, open]) =>
    (tokens.length === 0 ? ['>'] : open ? [...tokens.slice(0, 2), '>'] : tokens).join('.'),
  );

describe('the algebra of subjects', () => {
  it('has in common exactly what matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const common = commonSubject(a, b);
        const both = LITERALS.filter((literal) => matches(a, literal) && matches(b, literal));
        expect(common === undefined ? [] : LITERALS.filter((literal) => matches(common, literal))).toEqual(
          both,
        );
      }),
      { numRuns: runs(200) },
    );
  });

  it('overlaps exactly when some literal matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        expect(overlap(a, b)).toBe(LITERALS.some((one) => matches(a, one) && matches(b, one)));
        expect(overlap(a, b)).toBe(overlap(b, a));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('is within exactly when the outer one matches all that the inner one does', () => {
    fc.assert(
      fc.property(pattern, pattern, (inner, outer) => {
        const expected = LITERALS.every((one) => !matches(inner, one) || matches(outer, one));
        expect(isWithin(inner, outer)).toBe(expected);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('finds by index what comparing each with each finds', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), pattern, (all, wanted) => {
        const index = new SubjectIndex<number>();
        for (const [i, subject] of all.entries()) index.add(subject, i);
        const found = index.overlapping(wanted).map(({ owner }) => owner);
        expect(found.sort()).toEqual(
          all.flatMap((subject, i) => (overlap(subject, wanted) ? [i] : [])).sort(),
        );
      }),
    );
  });

  it.each([
    ['a.b', undefined],
    ['*.b.>', undefined],
    ['$JS.EVENT.>', undefined],
    ['ü.😀', undefined],
    ['', 'is empty'],
    ['a..b', 'has an empty token: consecutive dots, or a dot at an end'],
    ['a.', 'has an empty token: consecutive dots, or a dot at an end'],
    ['a b', 'contains white space'],
    ['>.a', 'has a ">" that is not its last token'],
  ])('judges %j', (subject, problem) => {
    expect(subjectProblem(subject)).toBe(problem);
  });
});
