import { describe, expect, it } from 'vitest';
import { deliver, surelyReachesOneOf } from '../../../../src/brokers/rabbitmq/routing/delivery.ts';
import { publishedMessage } from '../../../../src/brokers/rabbitmq/routing/message.ts';
import { readTopology } from '../../../../src/brokers/rabbitmq/routing/read-topology.ts';
import { resourcesOf, type Sketch, VHOST } from '../sketch.ts';

function published(sketch: Sketch, exchange: string) {
  const topology = readTopology(resourcesOf(sketch), '4.3.6');
  const vhost = topology.vhosts.get(VHOST);
  if (!vhost) throw new Error('nothing is declared');
  const message = publishedMessage({ exchange }, vhost, topology);
  return {
    delivery: (live = false) => deliver(vhost, message, live),
    reachesOneOf: (...queues: string[]) => surelyReachesOneOf(vhost, message, new Set(queues)),
  };
}

const hashed: Sketch = {
  exchanges: {
    shards: { type: 'x-consistent-hash', arguments: { 'alternate-exchange': 'rest' } },
    left: { type: 'fanout' },
    right: { type: 'x-random' },
    rest: { type: 'fanout' },
  },
  queues: { l: {}, r1: {}, r2: {}, both: {}, stray: {} },
  bindings: [
    ['shards', '→left', '1'],
    ['shards', '→right', '1'],
    ['left', 'l'],
    ['left', 'both'],
    ['right', 'r1'],
    ['right', 'r2'],
    ['rest', 'stray'],
  ],
};

describe('an exchange that chooses', () => {
  it('may give a message to any of its destinations, and never to its alternate exchange', () => {
    expect(published(hashed, 'shards').delivery()).toEqual({
      sure: [],
      possible: ['both', 'l', 'r1', 'r2'],
      doubts: [
        'exchange shards gives it to one of left, right, by hash of the routing key',
        'exchange right gives it to one of r1, r2, at random',
      ],
    });
  });

  it('gives it to one of them in any case', () => {
    const { reachesOneOf } = published(hashed, 'shards');
    expect(reachesOneOf('l', 'r1', 'r2')).toBe(true);
    expect(reachesOneOf('both', 'r2', 'r1')).toBe(true);
    expect(reachesOneOf('l', 'r1')).toBe(false);
    expect(reachesOneOf('r1', 'r2')).toBe(false);
    expect(reachesOneOf('stray')).toBe(false);
  });

  it('has no choice with one destination, or none', () => {
    const one: Sketch = {
      ...hashed,
      bindings: [
        ['shards', 'l', '1'],
        ['shards', 'l', '5'],
        ['rest', 'stray'],
      ],
    };
    expect(published(one, 'shards').delivery()).toEqual({ sure: ['l'], possible: ['l'], doubts: [] });
    const none: Sketch = { ...hashed, bindings: [['rest', 'stray']] };
    expect(published(none, 'shards').delivery().sure).toEqual(['stray']);
  });

  it('may have no destination on the node of the publisher', () => {
    const local: Sketch = {
      exchanges: { near: { type: 'x-local-random' } },
      queues: { a: {} },
      bindings: [['near', 'a']],
    };
    const { delivery, reachesOneOf } = published(local, 'near');
    expect(delivery().sure).toEqual([]);
    expect(delivery().doubts).toEqual([
      "exchange near gives it to one of a, at random among those on the publisher's node",
    ]);
    expect(reachesOneOf('a')).toBe(false);
  });

  it('is followed in so many cases, and no more', () => {
    const names = Array.from({ length: 30 }, (_, i) => `x${i}`);
    const sketch: Sketch = {
      exchanges: {
        all: { type: 'fanout' },
        ...Object.fromEntries(names.map((name) => [name, { type: 'x-random' }])),
      },
      queues: { a: {}, b: {}, c: {} },
      bindings: names.flatMap((name) => [
        ['all', `→${name}`] as const,
        [name, 'a'] as const,
        [name, 'b'] as const,
      ]),
    };
    expect(published(sketch, 'all').reachesOneOf('c')).toBe(false);
    expect(published(sketch, 'all').reachesOneOf('a', 'b')).toBe(true);
  });
});

describe('an exchange that is named and not declared', () => {
  const sketch: Sketch = { exchanges: { a: { arguments: { 'alternate-exchange': 'foreign' } } }, queues: {} };

  it('leads nowhere on a broker, and nobody knows where from the files', () => {
    expect(published(sketch, 'a').delivery(true)).toEqual({ sure: [], possible: [], doubts: [] });
    expect(published(sketch, 'a').delivery().doubts).toEqual(['exchange foreign is not declared here']);
  });
});
