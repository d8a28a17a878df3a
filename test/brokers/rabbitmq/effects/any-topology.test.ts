import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effects } from '../../../../src/brokers/rabbitmq/effects/index.ts';
import { readTopology } from '../../../../src/brokers/rabbitmq/routing/read-topology.ts';
import type { BrokerIdentity } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';
import { lookupsOf } from '../lookups.ts';
import { routeMessage } from '../route-message.ts';
import { resourcesOf, type Sketch, VHOST } from '../sketch.ts';

const BROKER: BrokerIdentity = { name: 'main', type: 'rabbitmq', id: 'x', version: '4.3.6', facts: {} };

/** Small topologies that often collide. */
const word = fc.constantFrom('a', 'b', '*', '#');
const key = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.'));
const types = fc.constantFrom('topic', 'direct', 'fanout');
const sketch = fc
  .record({
    exchanges: fc.record({ e: types, f: types, g: types }),
    alternate: fc.constantFrom(undefined, 'f', 'g'),
    internal: fc.boolean(),
    bindings: fc.uniqueArray(
      fc.tuple(fc.constantFrom('e', 'f', 'g'), fc.constantFrom('q', 'r', 's', '→f', '→g'), key),
      { selector: (binding) => binding.join(' '), maxLength: 8 },
    ),
  })
  .map(
    ({ exchanges, alternate, internal, bindings }): Sketch => ({
      exchanges: {
        e: {
          type: exchanges.e,
          ...(alternate !== undefined && { arguments: { 'alternate-exchange': alternate } }),
        },
        f: { type: exchanges.f },
        g: { type: exchanges.g, internal },
      },
      queues: { q: {}, r: {}, s: {} },
      bindings,
    }),
  );

describe('whatever the topologies are', () => {
  it('nothing differs between a topology and itself, in any order', () => {
    fc.assert(
      fc.property(sketch, (one) => {
        const resources = resourcesOf(one);
        expect(effects(resources, [...resources].reverse(), BROKER)).toEqual({ effects: [], cut: 0 });
      }),
    );
  });

  it('each effect is what the router says of a message with that key on both sides', () => {
    fc.assert(
      fc.property(sketch, sketch, (before, after) => {
        const [then, now] = [before, after].map((side) =>
          readTopology(resourcesOf(side), BROKER.version).vhosts.get(VHOST),
        );
        if (!then || !now) throw new Error('no vhost');
        const found = effects(resourcesOf(before), resourcesOf(after), BROKER);
        expect(found.cut).toBe(0);
        for (const { title, about, more, outcome } of found.effects) {
          if (outcome === 'refused') continue;
          for (const name of about) {
            const pattern = name.replace(/^key /, '');
            // A direct exchange takes a wildcard literally.
            const keys =
              name === 'anything else' ? ['other-word'] : [pattern.replace(/[*#]/g, 'other-word'), pattern];
            const exchange = title.replace('exchange ', '');
            const agrees = keys.some((routingKey) => {
              const was = routeMessage(then, { exchange, routingKey }) ?? [];
              const is = routeMessage(now, { exchange, routingKey }) ?? [];
              const lost = was.filter((queue) => !is.includes(queue)).length;
              const gained = is.filter((queue) => !was.includes(queue)).length;
              return {
                reaches: gained > 0 && lost === 0 && was.length > 0,
                routable: gained > 0 && was.length === 0,
                unroutable: lost > 0 && is.length === 0,
                'no-longer-reaches': lost > 0 && is.length > 0,
                alternate: gained + lost > 0 && is.length > 0,
              }[outcome];
            });
            expect([title, name, outcome, agrees]).toEqual([title, name, outcome, true]);
          }
          expect(about.length > 0 || more === 0).toBe(true);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('no literal key goes another way without being told, where its binding differs', () => {
    const literal = fc.constantFrom('a', 'b', 'a.b', 'b.a', 'a.a');
    fc.assert(
      fc.property(
        fc.uniqueArray(literal, { maxLength: 4 }),
        fc.uniqueArray(literal, { maxLength: 4 }),
        (one, two) => {
          const side = (keys: readonly string[]): Sketch => ({
            exchanges: { e: { type: 'topic' } },
            queues: { q: {} },
            bindings: keys.map((routingKey) => ['e', 'q', routingKey] as const),
          });
          const told = effects(resourcesOf(side(one)), resourcesOf(side(two)), BROKER).effects;
          const names = told.flatMap(({ about }) => about).sort();
          const differing = [...one.filter((k) => !two.includes(k)), ...two.filter((k) => !one.includes(k))];
          expect(names).toEqual(differing.map((k) => `key ${k}`).sort());
        },
      ),
    );
  });
});

type Found = ReturnType<typeof effects>;

describe('large topologies', () => {
  const large = (count: number, shift: number): Sketch => ({
    exchanges: { events: {}, ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`e${i}`, {}])) },
    queues: Object.fromEntries(Array.from({ length: count }, (_, i) => [`q${i}`, {}])),
    bindings: Array.from({ length: count }, (_, i) => ['events', `q${i}`, `order.${i + shift}.#`] as const),
  });

  it('take work in proportion to their size, are cut, and tell by how much', () => {
    const measure = (count: number) => {
      const [before, after] = [resourcesOf(large(count, 0)), resourcesOf(large(count, 1))];
      let found: Found | undefined;
      const lookups = lookupsOf(() => {
        found = effects(before, after, BROKER);
      });
      return { lookups, found };
    };
    const [small, big] = [measure(750), measure(3_000)];
    expect(big.lookups).toBeLessThan(5 * small.lookups);
    expect(big.found?.effects.length).toBeLessThanOrEqual(200);
    expect(big.found?.cut).toBeGreaterThan(1000);
  });
});
