import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compileTransform,
  subjectText,
  tokensOf,
  transformed,
} from '../../../../src/brokers/nats/routing/subject.ts';

function apply(source: string, destination: string, subject: string): string | undefined {
  const made = transformed(tokensOf(subject), compileTransform(source, destination));
  return made && subjectText(made);
}

/** Those of the server's own tests, in server/subject_transform_test.go, and what 2.10 and 2.15 stored. */
test.each([
  ['', 'prefix.>', 'foo', 'prefix.foo'],
  ['foo', '', 'foo', 'foo'],
  ['foo', 'bar', 'foo', 'bar'],
  ['foo', 'bar', 'other', 'other'],
  ['foo.*.bar.*.baz', 'req.$2.$1', 'foo.A.bar.B.baz', 'req.B.A'],
  ['foo.*.bar.*.baz', 'req.{{wildcard(2)}}.{{ Wildcard (1) }}', 'foo.A.bar.B.baz', 'req.B.A'],
  ['baz.>', 'foo.bar.>', 'baz.1.2.3', 'foo.bar.1.2.3'],
  ['*.>', '>', 'a.b.c', 'b.c'],
  ['*', 'foo.bar.$1', 'foo', 'foo.bar.foo'],
  ['*', '{{splitfromleft(1,3)}}', '12345', '123.45'],
  ['*', '{{SplitFromRight(1,3)}}', '12345', '12.345'],
  ['*', '{{SliceFromLeft(1,3)}}', '1234567890', '123.456.789.0'],
  ['*', '{{SliceFromRight(1,3)}}', '1234567890', '1.234.567.890'],
  ['*', '{{split(1,-)}}', '-abc-def--ghi-', 'abc.def.ghi'],
  ['*.*', '{{split(2,-)}}.{{splitfromleft(1,2)}}', 'foo.-abc-def--ghij-', 'abc.def.ghij.fo.o'],
  ['*', '{{right(1,3)}}', '1234', '234'],
  ['*', '{{right(1,6)}}', '1234', '1234'],
  ['*', '{{left(1,3)}}', '1234', '123'],
  ['*', '{{left(1,0)}}', '1234', '1234'],
  ['*', 'bar.{{partition(0)}}', 'baz', 'bar.0'],
  ['*', 'bar.{{partition(10, 0)}}', 'foo', 'bar.3'],
  ['*.*', 'bar.{{partition(10)}}', 'foo.bar', 'bar.6'],
  ['*', 'bar.{{partition(10)}}', 'qux', 'bar.9'],
  ['test.subject', 'result.{{partition(5)}}', 'test.subject', 'result.0'],
  ['*', 'bar.{{random(0)}}', 'qux', 'bar.0'],
  ['*', 'bar.{{random(6)}}', 'qux', 'bar.<random>'],
  // Only a whole token is a function.
  ['a.*', 'pre-{{wildcard(1)}}.$x', 'a.b', 'pre-{{wildcard(1)}}.$x'],
  // Cuts are between bytes.
  ['*', '{{left(1,4)}}', 'żółw', 'żó'],
])('%j to %j makes %j %j', (source, destination, subject, expected) => {
  expect(apply(source, destination, subject)).toBe(expected);
});

test('what depends on a random number is unknown', () => {
  const random = [null, 'x'];
  const made = (source: string, destination: string) =>
    transformed(random, compileTransform(source, destination));
  expect(made('*.x', 'y.{{wildcard(1)}}')).toEqual(['y', null]);
  expect(made('*.x', 'y.{{partition(3,1)}}')).toEqual(['y', null]);
  expect(made('*.x', 'y.{{split(1,-)}}')).toBeUndefined();
  expect(made('7.x', 'y')).toBeUndefined();
  expect(made('a.x', 'y')).toBe(random);
});

test('hostile destinations and subjects take no time, and throw nothing', () => {
  const piece = fc.constantFrom('{{', '}}', 'split', '(', ')', ',', ' ', '.', '*', '>', '$1', '1', '-', 'é');
  const text = fc.array(piece, { maxLength: 200 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (source, destination, subject) => {
      apply(source, destination, subject);
    }),
  );
  const start = performance.now();
  apply('*', `{{split(1,${'-'.repeat(50_000)})}}`, '-'.repeat(50_000));
  apply('*', `{{${' '.repeat(50_000)}`, 'x');
  apply('*', '{{sliceFromLeft(1,1)}}', 'x'.repeat(100_000));
  expect(performance.now() - start).toBeLessThan(2000);
});
