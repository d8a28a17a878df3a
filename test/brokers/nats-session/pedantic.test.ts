import { describe, expect, it } from 'vitest';
import { pedantic } from '../../../src/brokers/nats/session/requests.ts';
import type { BrokerIdentity, JsonObject } from '../../../src/model/index.ts';

const NO_LIMITS = { duplicate_window: 0, max_ack_pending: 0, max_batch: 0 };

function broker(version: string, serverLimits: JsonObject = NO_LIMITS): BrokerIdentity {
  return { name: 'main', type: 'nats', id: 'x', version, facts: { serverLimits } };
}

describe('pedantic requests', () => {
  const create = (body: JsonObject) => ({ verb: 'STREAM.CREATE', path: ['A'], body });
  const consume = (config: JsonObject) => ({ verb: 'CONSUMER.CREATE', path: ['A', 'c'], body: { config } });

  it('say what the server derives', () => {
    const stream = { name: 'A', max_age: 1e9, republish: { dest: 'x' } };
    expect(pedantic(create(stream), broker('2.15.1')).body).toEqual({
      ...stream,
      duplicate_window: 1e9,
      republish: { src: '>', dest: 'x' },
      pedantic: true,
    });
    const config = { ack_wait: 30e9, backoff: [1e9, 2e9] };
    expect(pedantic(consume(config), broker('2.11.0')).body).toEqual({
      config: { ack_wait: 1e9, backoff: [1e9, 2e9] },
      pedantic: true,
    });
  });

  it('are none before 2.11, of other requests, and where a server fills in a limit of its own', () => {
    const requests = [create({ name: 'A' }), consume({}), { verb: 'STREAM.DELETE', path: ['A'], body: {} }];
    for (const request of requests) {
      expect(pedantic(request, broker('2.10.27'))).toBe(request);
      expect(pedantic(request, broker('2.15.1', {}))).toBe(request);
      expect(pedantic(request, broker('2.15.1', { duplicate_window: 1e9, max_batch: 5 }))).toBe(request);
    }
  });
});
