import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isToken } from '../../../../src/brokers/nats/fields/subjects.ts';
import {
  asDeclared,
  asMoved,
  continued,
  recordedIn,
  recordOf,
} from '../../../../src/brokers/nats/kinds/consumer/moved.ts';
import {
  HOLD_MARK,
  heldStreamOf,
  holdNameOf,
  phaseOf,
  releasedSubject,
} from '../../../../src/brokers/nats/kinds/stream/move-calls.ts';
import { holdConfig, releasedConfig } from '../../../../src/brokers/nats/kinds/stream/move-configs.ts';
import type { JsonObject } from '../../../../src/model/index.ts';

const streamName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }).filter(isToken);

describe('the hold stream', () => {
  test('has a legal name, its own for every stream', () => {
    fc.assert(
      fc.property(streamName, streamName, (one, other) => {
        const hold = holdNameOf(one);
        expect(isToken(hold)).toBe(true);
        expect(hold).not.toBe(one);
        if (one !== other) expect(holdNameOf(other)).not.toBe(hold);
        if (Buffer.byteLength(one) <= 255) expect(Buffer.byteLength(hold)).toBeLessThanOrEqual(255);
      }),
    );
  });

  test('two long names that differ at the end have different ones', () => {
    const long = 'x'.repeat(254);
    expect(holdNameOf(`${long}a`)).not.toBe(holdNameOf(`${long}b`));
  });

  test('has no limit, and is in memory only if both streams are', () => {
    const broker = { name: 'main', type: 'nats', id: 'x', version: '2.15.1', facts: {} };
    const live = { name: 'S', storage: 'memory', max_age: 5, max_msgs: 1, max_bytes: 1, duplicate_window: 7 };
    const hold = (config: JsonObject) => holdConfig({ name: 'S', hold: 'H', config }, live, broker);
    const made = hold({ storage: 'file', max_age: 5, num_replicas: 3 });
    expect(Object.keys(made).filter((key) => key.startsWith('max_'))).toEqual([]);
    expect(made).toMatchObject({
      storage: 'file',
      num_replicas: 3,
      duplicate_window: 7,
      mirror: { name: 'S' },
    });
    expect(hold({ storage: 'memory' }).storage).toBe('memory');
    expect(heldStreamOf(made)).toBe('S');
  });
});

describe('the phase', () => {
  const hold = holdNameOf('S');
  const marked = { name: hold, metadata: { [HOLD_MARK]: 'S' } };
  const mirror = { ...marked, mirror: { name: 'S' } };
  const sealed = { ...marked, sealed: true, subjects: [releasedSubject(hold)] };
  const old = { name: 'S', subjects: ['s'] };
  const released = releasedConfig('S', old);
  const anew = { name: 'S', mirror: { name: hold } };
  it.each([
    [old, undefined, undefined],
    [undefined, undefined, undefined],
    [old, mirror, 'move.copy'],
    [released, mirror, 'move.divert'],
    [undefined, mirror, 'move.divert'],
    [released, marked, 'move.replace'],
    [undefined, marked, 'move.replace'],
    [anew, marked, 'move.refill'],
    [anew, sealed, 'move.return'],
    // In memory, and gone with a restart.
    [undefined, sealed, 'move.replace'],
    [old, sealed, 'move.clean'],
    [{ ...old, sealed: true }, sealed, 'move.clean'],
  ])('of %j and %j is %s', (stream, held, phase) => {
    expect(phaseOf('S', { stream, hold: held })).toBe(phase);
  });
});

const consumerConfig = fc.record(
  {
    deliver_policy: fc.constantFrom('all', 'last', 'new', 'last_per_subject', 'by_start_sequence'),
    opt_start_seq: fc.integer({ min: 1, max: 100 }),
    ack_policy: fc.constantFrom('explicit', 'none', 'all'),
    filter_subject: fc.string(),
    num_replicas: fc.constantFrom(0, 1),
    metadata: fc.dictionary(fc.string(), fc.string()),
  },
  { requiredKeys: ['deliver_policy', 'metadata'] },
);

describe('a moved consumer', () => {
  const info = (config: JsonObject, last: number, floor: number, pending: number): JsonObject => ({
    name: 'c',
    created: '2026-01-01T00:00:00Z',
    config,
    delivered: { consumer_seq: 1, stream_seq: last },
    ack_floor: { consumer_seq: 0, stream_seq: floor },
    num_ack_pending: pending,
  });
  const moved = (config: JsonObject, last: number, floor: number, pending: number): JsonObject => {
    const record = recordedIn(recordOf('c', info(config, last, floor, pending)));
    if (!record) throw new Error('no record');
    return continued(record, 1);
  };

  test('looks as declared, however often it was moved', () => {
    fc.assert(
      fc.property(consumerConfig, fc.nat(50), fc.nat(50), (config, last, floor) => {
        const once = moved(config, last, floor, 1);
        expect(asDeclared(once)).toEqual(config);
        expect(asDeclared(moved(once, last + 60, floor + 50, 0))).toEqual(config);
      }),
    );
  });

  it.each([
    ['behind what it acknowledged', { deliver_policy: 'all' }, 9, 4, 2, { opt_start_seq: 5 }],
    [
      'behind what it was given, if nothing is pending',
      { deliver_policy: 'all' },
      9,
      4,
      0,
      { opt_start_seq: 10 },
    ],
    [
      'where it began',
      { deliver_policy: 'by_start_sequence', opt_start_seq: 7 },
      9,
      0,
      2,
      { opt_start_seq: 7 },
    ],
    ['when it was created', { deliver_policy: 'new' }, 9, 0, 2, { opt_start_time: '2026-01-01T00:00:00Z' }],
  ])('continues %s', (_, config, last, floor, pending, start) => {
    expect(moved({ ...config, metadata: {} }, last, floor, pending)).toMatchObject(start);
  });

  test('is as it was if it was given nothing', () => {
    expect(moved({ deliver_policy: 'all', metadata: {} }, 0, 0, 0)).toEqual({
      deliver_policy: 'all',
      metadata: {},
    });
  });

  test('keeps a pause that is not over, and no more replicas than its stream has', () => {
    const config = {
      deliver_policy: 'all',
      num_replicas: 3,
      pause_until: '2090-01-01T00:00:00Z',
      metadata: {},
    };
    expect(moved(config, 3, 3, 0)).toMatchObject({ num_replicas: 0, pause_until: '2090-01-01T00:00:00Z' });
    expect(moved({ ...config, pause_until: '2020-01-01T00:00:00Z' }, 3, 3, 0)).not.toHaveProperty(
      'pause_until',
    );
  });

  test('keeps its place when it is updated', () => {
    const live = moved({ deliver_policy: 'new', metadata: { team: 'a' } }, 9, 4, 1);
    const update = asMoved({ deliver_policy: 'new', max_deliver: 5, metadata: { team: 'b' } }, live);
    expect(update).toMatchObject({ deliver_policy: 'by_start_sequence', opt_start_seq: 5, max_deliver: 5 });
    expect(asDeclared(update)).toEqual({ deliver_policy: 'new', max_deliver: 5, metadata: { team: 'b' } });
    const plain = { deliver_policy: 'all' };
    expect(asMoved(plain, { deliver_policy: 'all' })).toBe(plain);
  });

  it.each(['', '[]', '{', 'null', '{"a":'.repeat(10_000)])(
    'with a mark that is no object is as it is: %#',
    (mark) => {
      const config = { deliver_policy: 'all', metadata: { 'brokerform.start': mark } };
      expect(asDeclared(config)).toBe(config);
      expect(asMoved(config, config)).toBe(config);
    },
  );
});
