import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LostConnection } from '../../../../../src/brokers/rabbitmq/session/connection-errors.ts';
import {
  clientsSettling,
  deleteInMoment,
  emptyAndDelete,
} from '../../../../../src/brokers/rabbitmq/session/move/emptying.ts';
import { settle } from '../../../../../src/brokers/rabbitmq/session/move/settle.ts';
import { FakeBroker } from './fake-run.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

function settled(broker: FakeBroker) {
  return settle(broker.run(), broker.asTransfer, broker.queue);
}

function deleted(broker: FakeBroker, allowGap = false) {
  const run = broker.run({ allowGap });
  const { queue, asTransfer: transfer } = broker;
  return emptyAndDelete(run, queue, transfer, {
    bindingsTo: 'other',
    settling: clientsSettling(run),
    remove: () => deleteInMoment(run, queue, transfer, async () => true),
  });
}

describe('a queue counts as empty', () => {
  test('when the broker says so', async () => {
    expect(await settled(new FakeBroker())).toBe('empty');
  });

  test('not while it exists and is not listed', async () => {
    const broker = new FakeBroker();
    broker.isListed = false;
    await expect(settled(broker)).rejects.toThrow('does not tell how many messages');
  });

  test.each(['messages_ready', 'messages_unacknowledged'])('not without %s', async (key) => {
    const broker = new FakeBroker();
    broker.counts = { messages_ready: 0, messages_unacknowledged: 0, [key]: 'unknown' };
    // Of a queue that can be declared, AMQP tells what is ready.
    const result = settled(broker);
    if (key === 'messages_ready') expect(await result).toBe('empty');
    else await expect(result).rejects.toThrow('does not tell how many messages');
  });

  test('not when the broker has cancelled the consumer, and it is there', async () => {
    const broker = new FakeBroker();
    broker.transfer.cancelled = true;
    await expect(settled(broker)).rejects.toBeInstanceOf(LostConnection);
    broker.exists = false;
    expect(await settled(broker)).toBe('gone');
  });
});

describe.each(['classic', 'quorum'])('a %s queue is deleted', (type) => {
  function brokerWith(more: Partial<FakeBroker> = {}) {
    return Object.assign(new FakeBroker(), { type, ...more });
  }

  test('when it is empty', async () => {
    const broker = brokerWith();
    expect(await deleted(broker)).toBe(true);
    expect(broker.deleted).toEqual([type === 'classic' ? { ifEmpty: true } : {}]);
  });

  test.each([false, true])('not with messages that are ready, a gap allowed: %s', async (allowGap) => {
    const broker = brokerWith({ ready: 3 });
    const result = deleteInMoment(
      broker.run({ allowGap }),
      broker.queue,
      broker.asTransfer,
      async () => true,
    );
    // Time passes in real steps of 20 ms only.
    const timer = setInterval(() => vi.setSystemTime(Date.now() + 1000), 5);
    expect(await result.finally(() => clearInterval(timer))).toBeUndefined();
    expect(broker.deleted).toEqual([]);
  });

  test('not with messages in flight', async () => {
    const broker = brokerWith();
    broker.transfer.inFlight = 1;
    const result = await deleteInMoment(
      broker.run({ allowGap: true }),
      broker.queue,
      broker.asTransfer,
      async () => true,
    );
    expect(result).toBeUndefined();
    expect(broker.deleted).toEqual([]);
  });

  test('not once another client has replaced it', async () => {
    const broker = brokerWith();
    const { queue } = broker;
    broker.arguments = { 'x-max-length': 7 };
    const remove = () => deleteInMoment(broker.run(), queue, broker.asTransfer, async () => true);
    await expect(remove()).rejects.toBeInstanceOf(LostConnection);
    expect(broker.deleted).toEqual([]);
  });

  test('not once its consumer was cancelled, also between the last look and the deletion', async () => {
    const broker = brokerWith();
    broker.onLook = () => {
      broker.transfer.cancelled = true;
    };
    await expect(deleted(broker)).rejects.toBeInstanceOf(LostConnection);
    expect(broker.deleted).toEqual([]);
  });

  test('and what it delivered in that moment is waited for, also where what follows is refused', async () => {
    for (const isRefused of [false, true]) {
      const broker = brokerWith();
      const { transfer } = broker;
      const waited: number[] = [];
      broker.onTick = () => {
        waited.push(transfer.inFlight);
        // Another one comes before the notice.
        transfer.inFlight = waited.length === 2 ? 1 : 0;
        transfer.cancelled = waited.length >= 2;
      };
      const after = async () => {
        transfer.inFlight = 1;
        if (isRefused) throw new Error('refused');
        return true;
      };
      const deleting = deleteInMoment(broker.run(), broker.queue, broker.asTransfer, after);
      if (isRefused) await expect(deleting).rejects.toThrow('refused');
      else expect(await deleting).toBe(true);
      expect(waited).toEqual([1, 0, 1]);
    }
  });
});

test('messages that the broker says it deleted with a quorum queue are told', async () => {
  const broker = Object.assign(new FakeBroker(), { type: 'quorum', lost: 3 });
  broker.onTick = () => {
    broker.transfer.cancelled = true;
  };
  await expect(deleted(broker)).rejects.toThrow(
    '3 messages that arrived at queue "orders" in the moment of its deletion are lost',
  );
});
