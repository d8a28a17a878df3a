import { describe, expect, it } from 'vitest';
import { followCopies } from '../../../../src/brokers/rabbitmq/routing/journey.ts';
import {
  deadLettered,
  isDeadLetterCycle,
  publishedMessage,
} from '../../../../src/brokers/rabbitmq/routing/message.ts';
import { readTopology } from '../../../../src/brokers/rabbitmq/routing/read-topology.ts';
import type { JsonObject } from '../../../../src/model/index.ts';
import { resourcesOf, type Sketch, VHOST } from '../sketch.ts';

function vhostOf(sketch: Sketch, version: string) {
  const topology = readTopology(resourcesOf(sketch), version);
  const vhost = topology.vhosts.get(VHOST);
  if (!vhost) throw new Error('nothing is declared');
  return { topology, vhost };
}

/** `queue` or `dropped` of each end, with tries and delay. */
function endsOf(
  sketch: Sketch,
  publish: JsonObject,
  consumers: Partial<Record<'rejecting' | 'returning', string[]>> = {},
  version = '4.3.6',
) {
  const { topology, vhost } = vhostOf(sketch, version);
  const { rejecting = [], returning = [] } = consumers;
  const message = publishedMessage(publish, vhost, topology);
  const asked = { rejecting: new Set(rejecting), returning: new Set(returning) };
  const { ends, ring } = followCopies(vhost, message, asked, true);
  return {
    ends: ends
      .map(({ queue, tries, delay, copies }) => `${queue ?? 'dropped'} ${tries} ${delay} ×${copies}`)
      .sort(),
    ...(ring !== undefined && { ring }),
  };
}

const to = (queue: string, ttl?: number) => ({
  arguments: {
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': queue,
    ...(ttl !== undefined && { 'x-message-ttl': ttl }),
  },
});
const at = (queue: string) => ({ exchange: '', key: queue });

describe('a copy', () => {
  it('waits where it expires to a dead-letter exchange, and rests anywhere else', () => {
    const sketch = { queues: { a: to('b', 100), b: to('c', 20), c: { arguments: { 'x-message-ttl': 5 } } } };
    expect(endsOf(sketch, at('a')).ends).toEqual(['c 0 120 ×1']);
    expect(endsOf(sketch, { ...at('a'), expiration: '30ms' }).ends).toEqual(['c 0 50 ×1']);
  });

  it('leaves a queue that may hold nothing at once', () => {
    const full = { arguments: { ...to('b').arguments, 'x-max-length': 0, 'x-message-ttl': 9 } };
    expect(endsOf({ queues: { a: full, b: {} } }, at('a')).ends).toEqual(['b 0 0 ×1']);
    const lost = { arguments: { 'x-max-length-bytes': 0 } };
    expect(endsOf({ queues: { a: lost } }, at('a')).ends).toEqual(['dropped 0 0 ×1']);
  });

  it('is dropped where it comes back without a rejection, and goes round where there was one', () => {
    const sketch = { queues: { a: to('b', 1), b: to('a', 2) } };
    expect(endsOf(sketch, at('a')).ends).toEqual(['dropped 0 3 ×1']);
    expect(endsOf(sketch, at('a'), { rejecting: ['b'] })).toEqual({
      ends: [],
      ring: 'a (1ms) → b (rejected) → a',
    });
  });

  it('is counted where ways meet again', () => {
    const sketch: Sketch = {
      exchanges: { both: { type: 'fanout' } },
      queues: { a: { arguments: { 'x-dead-letter-exchange': 'both' } }, b: to('d', 0), c: to('d', 0), d: {} },
      bindings: [
        ['both', 'b'],
        ['both', 'c'],
      ],
    };
    expect(endsOf(sketch, at('a'), { rejecting: ['a'] }).ends).toEqual(['d 1 0 ×2']);
  });

  it('is returned as often as the delivery limit of its release says', () => {
    const sketch = { queues: { q: { ...to('rest'), type: 'quorum' }, rest: {} } };
    expect(endsOf(sketch, at('q'), { returning: ['q'] }).ends).toEqual(['rest 21 0 ×1']);
    expect(endsOf(sketch, at('q'), { returning: ['q'] }, '3.13.7')).toEqual({
      ends: [],
      ring: 'q (returned) → q',
    });
    const unlimited = { ...to('rest').arguments, 'x-delivery-limit': -1 };
    const free = { queues: { q: { type: 'quorum', arguments: unlimited }, rest: {} } };
    expect(endsOf(free, at('q'), { returning: ['q'] }).ring).toBe('q (returned) → q');
  });

  it('stays in a stream, whatever its consumers do', () => {
    const sketch = { queues: { s: { type: 'stream' } } };
    expect(endsOf(sketch, at('s'), { rejecting: ['s'] }).ends).toEqual(['s 0 0 ×1']);
  });

  it('is followed so long, and no longer', () => {
    const exchanges = { all: { type: 'fanout' } };
    const names = Array.from({ length: 12 }, (_, i) => `q${i}`);
    const args = { 'x-dead-letter-exchange': 'all', 'x-message-ttl': 1 };
    const queues = Object.fromEntries(names.map((name) => [name, { arguments: args }]));
    const bindings = names.map((name) => ['all', name] as const);
    const { topology, vhost } = vhostOf({ exchanges, queues, bindings }, '4.3.6');
    const message = publishedMessage({ exchange: 'all' }, vhost, topology);
    const none = { rejecting: new Set<string>(), returning: new Set<string>() };
    expect(followCopies(vhost, message, none, true).doubts).toEqual(['it is copied more than 5000 times']);
  });
});

describe('a message', () => {
  const { topology, vhost } = vhostOf({ exchanges: { x: {} } }, '4.3.6');
  it.each([
    [{ key: 'é'.repeat(128) }, 'a routing key has 256 bytes: AMQP has room for 255'],
    [{ headers: { CC: 'q' } }, 'header CC is not a list of routing keys: the broker closes the channel'],
    [{ expiration: 'soon' }, 'expiration: expected a duration such as 500ms or 1m10s'],
    [{ expiration: -1 }, 'expiration: expected a duration such as 500ms or 1m10s'],
  ])('%j is refused', (more, problem) => {
    expect(() => publishedMessage({ exchange: 'x', ...more }, vhost, topology)).toThrow(problem);
  });
});

describe('a dead letter', () => {
  const sketch = {
    exchanges: { x: {} },
    queues: { a: to('b'), b: { arguments: { 'x-dead-letter-exchange': 'x' } } },
  };

  function letter(
    version: string,
    ...way: readonly (readonly [queue: string, reason: 'rejected' | 'expired'])[]
  ) {
    const { topology, vhost } = vhostOf(sketch, version);
    let message = publishedMessage(
      { exchange: '', key: 'a', cc: ['c'], bcc: ['d'], headers: { h: 1 } },
      vhost,
      topology,
    );
    for (const [name, reason] of way) {
      const queue = vhost.queues.get(name);
      const sent = queue && deadLettered(message, queue, reason, version);
      if (!sent) throw new Error(`${name} has no dead-letter exchange`);
      message = sent;
    }
    return message;
  }

  it('keeps all keys, or has the one that the queue sets', () => {
    expect(letter('4.3.6').keys).toEqual(['a', 'c', 'd']);
    expect(letter('4.3.6', ['b', 'rejected']).keys).toEqual(['a', 'c', 'd']);
    expect(letter('4.3.6', ['a', 'rejected']).keys).toEqual(['b']);
  });

  it('has the headers of its release', () => {
    expect(letter('3.12.14', ['b', 'expired'], ['a', 'rejected']).headers).toEqual({
      h: 1,
      'x-death': [],
      'x-first-death-exchange': '',
      'x-first-death-queue': 'b',
      'x-first-death-reason': 'expired',
    });
    expect(letter('4.3.6', ['b', 'expired'], ['a', 'rejected']).headers).toEqual({
      h: 1,
      CC: ['c'],
      'x-first-death-exchange': '',
      'x-first-death-queue': 'b',
      'x-first-death-reason': 'expired',
      'x-last-death-exchange': 'x',
      'x-last-death-queue': 'a',
      'x-last-death-reason': 'rejected',
    });
  });

  it('is a cycle for a queue that it died in before, without a rejection since', () => {
    const isCycle = (target: string, ...way: Parameters<typeof letter>[1][]) =>
      isDeadLetterCycle(target, letter('4.3.6', ...way));
    expect(isCycle('a', ['a', 'expired'])).toBe(true);
    expect(isCycle('b', ['a', 'expired'])).toBe(false);
    expect(isCycle('a', ['a', 'rejected'])).toBe(false);
    expect(isCycle('a', ['a', 'expired'], ['b', 'rejected'])).toBe(false);
    expect(isCycle('b', ['a', 'rejected'], ['b', 'expired'])).toBe(true);
    expect(isCycle('a', ['a', 'rejected'], ['b', 'expired'])).toBe(false);
  });
});
