import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Frame,
  FrameReader,
  headerFrame,
  methodFrame,
} from '../../../../../src/brokers/rabbitmq/session/move/frames.ts';

test('frames are read however they are cut into chunks', () => {
  const method = fc
    .tuple(fc.nat(9), fc.nat(), fc.uint8Array())
    .map(([channel, id, args]) => methodFrame(channel, id, Buffer.from(args)));
  const header = fc.uint8Array({ minLength: 14 }).map((payload) => headerFrame(1, Buffer.from(payload)));
  fc.assert(
    fc.property(fc.array(fc.oneof(method, header)), fc.array(fc.nat(50)), (frames, cuts) => {
      const all = Buffer.concat(frames);
      const reader = new FrameReader(1000);
      const found: Frame[] = [];
      let start = 0;
      for (const cut of [...cuts, all.length]) {
        for (const frame of reader.read(all.subarray(start, start + cut))) found.push(frame);
        start += cut;
      }
      expect(found).toEqual(frames.flatMap((frame) => [...new FrameReader(1000).read(frame)]));
    }),
  );
});

test('what is no frame is an error: too large, of another kind, without its end', () => {
  const read = (...bytes: number[]) => [...new FrameReader(4).read(Buffer.from(bytes))];
  expect(() => read(1, 0, 0, 0, 0, 0, 5, 1)).toThrow('a frame of 5 bytes is larger than agreed');
  expect(() => read(1, 0, 0, 0, 0, 0, 0, 7)).toThrow('a frame does not end where it should');
  expect(() => read(5, 0, 0, 0, 0, 0, 0, 206)).toThrow('a frame of the unknown type 5');
  expect(() => [...new FrameReader(4).read(Buffer.from('HTTP/1.1 400 Bad Request'))]).toThrow(
    /larger than agreed/,
  );
});
