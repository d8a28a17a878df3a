import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { writeParts } from '../../src/cli/pipes.ts';

const PART = 'x'.repeat(1000);

function* parts(count: number, onPart: () => void = () => {}): Generator<string> {
  for (let i = 0; i < count; i++) {
    onPart();
    yield PART;
  }
}

test('a slow reader makes the writer wait: no more than a part is held', async () => {
  let received = 0;
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      received += chunk.length;
      setImmediate(done);
    },
  });
  let held = 0;
  await writeParts(
    slow,
    parts(50, () => {
      held = Math.max(held, slow.writableLength);
    }),
  );
  slow.end();
  await new Promise((resolve) => slow.once('finish', resolve));
  expect(received).toBe(50 * PART.length);
  expect(held).toBeLessThanOrEqual(PART.length);
});

test('once the reader is gone, nothing more is made', async () => {
  const gone = new Writable({
    highWaterMark: 1,
    write(_, __, done) {
      setImmediate(() => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })));
    },
  });
  gone.on('error', () => {});
  let made = 0;
  await writeParts(
    gone,
    parts(50, () => made++),
  );
  expect(made).toBeLessThanOrEqual(2);
});
