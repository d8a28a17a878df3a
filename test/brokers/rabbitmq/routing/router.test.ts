import { describe, expect, it } from 'vitest';
import { headersExtent, headersMatch } from '../../../../src/brokers/rabbitmq/routing/matching.ts';
import { readTopology } from '../../../../src/brokers/rabbitmq/routing/read-topology.ts';
import { type PublishedMessage, routeMessage } from '../route-message.ts';
import { resourcesOf, type Sketch, VHOST } from '../sketch.ts';

function routed(sketch: Sketch, message: PublishedMessage): string[] | undefined {
  const vhost = readTopology(resourcesOf(sketch), '4.3.6').vhosts.get(VHOST);
  return vhost && routeMessage(vhost, message);
}

describe('routing', () => {
  it('gives each queue one copy, over cycles of exchange bindings', () => {
    const sketch: Sketch = {
      exchanges: { a: {}, b: { type: 'fanout' } },
      queues: { q: {}, r: {} },
      bindings: [
        ['a', '→b', '#'],
        ['b', '→a'],
        ['a', 'q', 'x.#'],
        ['a', 'q', '#'],
        ['b', 'r'],
      ],
    };
    expect(routed(sketch, { exchange: 'a', routingKey: 'x.y' })).toEqual(['q', 'r']);
    expect(routed(sketch, { exchange: 'b', routingKey: '' })).toEqual(['q', 'r']);
  });

  it('uses the alternate exchange only where there is no destination at all', () => {
    const sketch: Sketch = {
      exchanges: {
        a: { arguments: { 'alternate-exchange': 'rest' } },
        dead: { type: 'fanout' },
        rest: { type: 'fanout' },
      },
      queues: { q: {}, strays: {} },
      bindings: [
        ['a', 'q', 'x'],
        ['a', '→dead', 'dead'],
        ['rest', 'strays'],
      ],
    };
    expect(routed(sketch, { exchange: 'a', routingKey: 'x' })).toEqual(['q']);
    expect(routed(sketch, { exchange: 'a', routingKey: 'other' })).toEqual(['strays']);
    expect(routed(sketch, { exchange: 'a', routingKey: 'dead' })).toEqual([]);
  });

  it('takes the alternate exchange from the argument first, then from the policy', () => {
    const sketch: Sketch = {
      exchanges: {
        a: {},
        b: { arguments: { 'alternate-exchange': 'one' } },
        one: { type: 'fanout' },
        two: { type: 'fanout' },
      },
      queues: { q1: {}, q2: {} },
      bindings: [
        ['one', 'q1'],
        ['two', 'q2'],
      ],
      policies: {
        ae: { pattern: '^[ab]$', 'apply-to': 'exchanges', definition: { 'alternate-exchange': 'two' } },
      },
    };
    expect(routed(sketch, { exchange: 'a', routingKey: '' })).toEqual(['q2']);
    expect(routed(sketch, { exchange: 'b', routingKey: '' })).toEqual(['q1']);
  });

  it('goes on from the default exchange, where that is the alternate, to the alternate that a policy gives it', () => {
    const sketch: Sketch = {
      exchanges: { a: { arguments: { 'alternate-exchange': '' } }, rest: { type: 'fanout' } },
      queues: { strays: {} },
      bindings: [['rest', 'strays']],
      policies: { all: { definition: { 'alternate-exchange': 'rest' } } },
    };
    expect(routed(sketch, { exchange: 'a', routingKey: 'x' })).toEqual(['strays']);
    expect(routed(sketch, { exchange: '', routingKey: 'x' })).toEqual([]);
    // Policies apply to exchanges that nobody declares, too.
    expect(routed(sketch, { exchange: 'amq.topic', routingKey: 'x' })).toEqual(['strays']);
  });

  it('routes by queue name on the default exchange, but not where that is the alternate', () => {
    const sketch: Sketch = {
      exchanges: { a: { arguments: { 'alternate-exchange': '' } } },
      queues: { q: {}, 'x.*': {} },
    };
    expect(routed(sketch, { exchange: '', routingKey: 'q' })).toEqual(['q']);
    expect(routed(sketch, { exchange: '', routingKey: 'x.y' })).toEqual([]);
    expect(routed(sketch, { exchange: 'a', routingKey: 'q' })).toEqual([]);
  });

  it('takes direct keys as they stand', () => {
    const sketch: Sketch = {
      exchanges: { a: { type: 'direct' } },
      queues: { q: {}, r: {} },
      bindings: [
        ['a', 'q', 'x.*'],
        ['a', 'r', '#'],
      ],
    };
    expect(routed(sketch, { exchange: 'a', routingKey: 'x.y' })).toEqual([]);
    expect(routed(sketch, { exchange: 'a', routingKey: 'x.*', copies: ['#'] })).toEqual(['q', 'r']);
  });

  it('refuses internal and unknown exchanges', () => {
    const sketch: Sketch = { exchanges: { a: { internal: true } }, queues: { q: {} } };
    expect(routed(sketch, { exchange: 'a', routingKey: '' })).toBeUndefined();
    expect(routed(sketch, { exchange: 'b', routingKey: '' })).toBeUndefined();
  });
});

describe('headers', () => {
  it.each([
    [{}, {}, true],
    [{ a: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ 'x-match': 'any', a: 1, b: 2 }, { a: 1 }, true],
    [{ 'x-match': 'any' }, { a: 1 }, false],
    [{ 'x-type': 'pdf' }, {}, true],
    [{ 'x-match': 'all-with-x', 'x-type': 'pdf' }, {}, false],
    [{ 'x-match': 'any-with-x', 'x-type': 'pdf' }, { 'x-type': 'pdf' }, true],
    [{ a: { $type: 'void' } }, { a: 'anything' }, true],
    [{ a: { $type: 'void' } }, {}, false],
    [{ a: { $type: 'short', value: 1 } }, { a: 1 }, true],
    [{ a: '1' }, { a: 1 }, false],
  ])('%j lets %j pass: %j', (args, headers, expected) => {
    expect(headersMatch(args, headers, '4.3.6')).toBe(expected);
  });

  it('compares an integer with a double by value until 3.12, by type from 3.13', () => {
    const args = { a: 1 };
    const headers = { a: { $type: 'double', value: 1 } };
    expect(headersMatch(args, headers, '3.12.14')).toBe(true);
    expect(headersMatch(args, headers, '3.13.0')).toBe(false);
  });

  it('compares a float by the value that 32 bits hold', () => {
    const float = (value: number) => ({ a: { $type: 'float', value } });
    expect(headersMatch({ a: 1.5 }, float(1.5), '4.3.6')).toBe(true);
    expect(headersMatch({ a: 1.1 }, float(1.1), '4.3.6')).toBe(false);
    expect(headersMatch(float(1.1), float(1.1), '4.3.6')).toBe(true);
  });

  it('compares the timestamp of a message in milliseconds with that of a binding in seconds from 3.13', () => {
    const timestamp = (value: number) => ({ a: { $type: 'timestamp', value } });
    expect(headersMatch(timestamp(1), timestamp(1), '3.12.14')).toBe(true);
    expect(headersMatch(timestamp(1), timestamp(1), '3.13.0')).toBe(false);
    expect(headersMatch(timestamp(1000), timestamp(1), '4.3.6')).toBe(true);
    expect(headersMatch({ a: 1000 }, timestamp(1), '4.3.6')).toBe(true);
  });

  it('knows what matches everything and nothing', () => {
    expect(headersExtent({ 'x-type': 1 })).toBe('everything');
    expect(headersExtent({ 'x-match': 'any', 'x-type': 1 })).toBe('nothing');
    expect(headersExtent({ a: 1 })).toBe('some');
  });
});
