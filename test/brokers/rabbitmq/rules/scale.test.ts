import { expect, it } from 'vitest';
import { lookupsOf } from '../lookups.ts';
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

it.each(['topic', 'direct', 'fanout', 'headers'])(
  'four times the queues, four times the work: %s',
  (type) => {
    const small = lookupsOf(() => lint(topology(100, type)));
    const large = lookupsOf(() => lint(topology(400, type)));
    expect(large / small).toBeGreaterThan(2);
    expect(large / small).toBeLessThan(5);
  },
);
