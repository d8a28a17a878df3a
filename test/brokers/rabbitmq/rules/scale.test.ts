import { expect, it } from 'vitest';
import { lint, type Sketch } from '../sketch.ts';

/** One dead-letter exchange that all queues share, each with a key of its own: what invites comparing all with all. */
function topology(count: number, deadLetterType: string): Sketch {
  const names = Array.from({ length: count }, (_, i) => `orders.q${i}`);
  return {
    exchanges: { events: {}, dlx: { type: deadLetterType } },
    queues: Object.fromEntries(
      names.map((name) => [name, { arguments: { 'x-dead-letter-exchange': 'dlx', 'x-message-ttl': 5 } }]),
    ),
    bindings: names.flatMap((name, i): [string, string, string][] => [
      ['events', name, `order.${i}.#`],
      ['dlx', name, `order.${i}.x`],
    ]),
    policies: { all: { definition: { 'max-length': 5 } } },
  };
}

/** Looks into maps and sets, which nearly all work goes through: a measure that a busy machine does not change. */
function lookups(sketch: Sketch): number {
  const { get } = Map.prototype;
  const { has } = Set.prototype;
  let count = 0;
  Map.prototype.get = function (key) {
    count++;
    return get.call(this, key);
  };
  Set.prototype.has = function (value) {
    count++;
    return has.call(this, value);
  };
  try {
    lint(sketch);
  } finally {
    Map.prototype.get = get;
    Set.prototype.has = has;
  }
  return count;
}

it.each(['topic', 'direct', 'fanout', 'headers'])(
  'four times the queues, four times the work: %s',
  (type) => {
    const small = lookups(topology(100, type));
    const large = lookups(topology(400, type));
    expect(large / small).toBeGreaterThan(2);
    expect(large / small).toBeLessThan(5);
  },
);
