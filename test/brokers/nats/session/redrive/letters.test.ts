import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAdvisory } from '../../../../../src/brokers/nats/session/redrive/letters.ts';
import {
  copyHeaders,
  type Header,
  redrivenOf,
} from '../../../../../src/brokers/nats/session/redrive/messages.ts';

const stored = (data: Uint8Array | string) => ({
  ...{ seq: 1, subject: 'x', time: 5, headers: [], data: Buffer.from(data) },
});

test('what is no advisory is none, whatever it holds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(parseAdvisory(stored(bytes))).toBeUndefined();
    }),
  );
  for (const text of [
    '{',
    '{}',
    '[]',
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    '{"type":"io.nats"}',
  ]) {
    expect(parseAdvisory(stored(text))).toBeUndefined();
  }
});

test('an advisory tells where a message died and why, within bounds', () => {
  const body = (more: object) =>
    stored(JSON.stringify({ type: 'io.nats.jetstream.advisory.v1.terminated', stream: 'S', ...more }));
  expect(parseAdvisory(body({ consumer: 'c', stream_seq: 7, reason: 'r'.repeat(5_000) }))).toEqual({
    ...{ stream: 'S', consumer: 'c', seq: 7, time: 5 },
    reason: `terminated: ${'r'.repeat(200)}`,
  });
  for (const stream_seq of [0, -1, 'x', null]) expect(parseAdvisory(body({ stream_seq }))).toBe('other');
  expect(parseAdvisory(body({ type: 'io.nats.jetstream.advisory.v1.nak', stream_seq: 7 }))).toBe('other');
});

test('a copy gets no orders to the server, and all else in its order', () => {
  const name = fc.constantFrom(
    'Nats-Rollup',
    'nats-expected-stream',
    'Nats-TTL',
    'Nats-Msg-Id',
    'tenant',
    'Trace',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), fc.boolean(), (headers: Header[], keepsTtl) => {
      const copied = copyHeaders(headers, { id: 'ours', run: 'r', keepsTtl });
      const kept = headers.filter(([own]) => !/^nats-/i.test(own) || (keepsTtl && own === 'Nats-TTL'));
      expect(copied.slice(0, kept.length)).toEqual(kept);
      const added = copied.slice(kept.length).map(([own]) => own);
      const given = headers.some(([own]) => own === 'Nats-Msg-Id');
      expect(added).toEqual(['Brokerform-Redrive', ...(given ? ['Brokerform-Msg-Id'] : []), 'Nats-Msg-Id']);
      const again = copyHeaders(copied, { id: 'brokerform-redrive:x', run: 's', keepsTtl });
      expect([redrivenOf(copied), redrivenOf(again)]).toEqual([1, 2]);
    }),
  );
});
