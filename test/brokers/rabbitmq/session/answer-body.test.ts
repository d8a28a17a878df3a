import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerBody } from '../../../../src/brokers/rabbitmq/session/answer-body.ts';
import { checkDepth, type Json, OversizedAnswer, parseJson } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';

/** The value, or the kind of error, of a body that arrives in chunks of these sizes. */
function received(bytes: Buffer, sizes: readonly number[], part: number): unknown {
  return outcome(() => {
    const body = new AnswerBody(part);
    let at = 0;
    for (const size of [...sizes, bytes.length]) {
      body.add(bytes.subarray(at, at + size));
      at += size;
    }
    return body.end();
  });
}

/** The same, parsed at once. */
function parsed(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  return outcome(() => {
    checkDepth(text);
    return text === '' ? undefined : parseJson(text);
  });
}

function outcome(work: () => Json | undefined): unknown {
  try {
    return { value: work() };
  } catch (error) {
    return (error as Error).name;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 });
const part = fc.integer({ min: 1, max: 40 });

describe('the body of an answer, parsed while it arrives', () => {
  test('is what it is when parsed at once', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.array(fc.jsonValue()).map((value) => JSON.stringify(value, undefined, 1)),
      fc
        .array(fc.constantFrom('{"a":12345678901234567890}', '"\\",[{é€"', '[]', '-1e3'))
        .map((items) => `[${items}]`),
    );
    fc.assert(
      fc.property(texts, sizes, part, (text, chunks, size) => {
        const bytes = Buffer.from(text);
        expect(received(bytes, chunks, size)).toEqual(parsed(bytes));
      }),
      { numRuns: runs(400) },
    );
  });

  test('is an error when it is one at once', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '1',
      'null',
      ' ',
      '[1,2]',
      '"x"',
      '{"k":1}',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }),
        fc.boolean(),
        sizes,
        part,
        (all, isList, chunks, size) => {
          const bytes = Buffer.from(`${isList ? '[' : ''}${all.join('')}${isList ? ']' : ''}`);
          expect(received(bytes, chunks, size)).toEqual(parsed(bytes));
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  test('is refused when it is nested too deep, before all of it is there', () => {
    const body = new AnswerBody();
    body.add(Buffer.from('['.repeat(300)));
    expect(() => body.end()).toThrow(OversizedAnswer);
  });
});
