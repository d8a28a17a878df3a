import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeWayBack } from '../../../../../src/brokers/rabbitmq/session/move/holding.ts';
import { PHASES } from '../../../../../src/brokers/rabbitmq/session/move/phases.ts';
import { FakeBroker } from './fake-run.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

test.each(['classic', 'quorum'])('a queue is the last of a move that is removed (%s)', async (type) => {
  const broker = Object.assign(new FakeBroker(), { type });
  await PHASES['move.clean'](broker.run());
  expect(broker.log.filter((one) => one.startsWith('delete'))).toEqual([
    'delete queue orders.brokerform-park',
    'delete exchange orders.brokerform-hold',
    'delete exchange orders.brokerform-back',
    'delete policies / orders.brokerform-move',
    'delete queue orders.brokerform-hold',
  ]);
});

test('the way back leads to one queue only, also where an earlier move left a binding', async () => {
  const broker = new FakeBroker();
  const binding = { source: 'orders.brokerform-back', routing_key: '', properties_key: '~', arguments: {} };
  broker.fromBack = [
    { ...binding, destination: 'orders', destination_type: 'queue' },
    { ...binding, destination: 'sales', destination_type: 'queue' },
    { ...binding, destination: 'copies', destination_type: 'exchange' },
  ];
  await makeWayBack(broker.run(), 'sales');
  expect(broker.log).toEqual([
    'exchange.declare',
    'queue.unbind orders.brokerform-back orders',
    'exchange.unbind orders.brokerform-back copies',
    'queue.bind orders.brokerform-back sales',
  ]);
});
