import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PHASES } from '../../../../../src/brokers/rabbitmq/session/move/phases.ts';
import { checkCapacity } from '../../../../../src/brokers/rabbitmq/session/move/preflight.ts';
import type { JsonObject } from '../../../../../src/model/index.ts';
import { FakeBroker } from './fake-run.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] }));
afterEach(() => void vi.useRealTimers());

const LOW: JsonObject = { pattern: '^orders$', 'apply-to': 'queues', definition: { 'max-length': 9 } };

function broker(counts: JsonObject, policies: Record<string, JsonObject[]> = {}) {
  return Object.assign(new FakeBroker(), { type: 'classic', counts, policies });
}

const TEN = { messages_ready: 6, messages_unacknowledged: 4 };

test.each(['policies', 'operator-policies'])('a limit of %s counts', async (what) => {
  const fake = broker(TEN, { [what]: [{ name: 'low', ...LOW }] });
  const check = () => checkCapacity(fake.run(), fake.queue, [fake.queue]);
  await expect(check()).rejects.toThrow('at most 9 messages (max-length), and there are 10');
  fake.counts = { messages_ready: 5, messages_unacknowledged: 4 };
  await check();
});

test('a limit that the queue itself tells counts', async () => {
  const fake = broker({ ...TEN, effective_policy_definition: { 'max-length': 9 } });
  const check = checkCapacity(fake.run(), fake.queue, [fake.queue]);
  await expect(check).rejects.toThrow('at most 9 messages');
});

test('an unknown number of messages is not taken for none', async () => {
  const fake = broker({}, { policies: [{ name: 'low', ...LOW }] });
  const check = checkCapacity(fake.run(), fake.queue, [fake.queue]);
  await expect(check).rejects.toThrow('does not tell how much queue "orders" holds');
});

test.each(['move.refill', 'move.return'] as const)('%s gives back nothing that is dropped', async (phase) => {
  const fake = broker(TEN, { policies: [{ name: 'low', ...LOW }] });
  await expect(PHASES[phase](fake.run())).rejects.toThrow('at most 9 messages');
  expect(fake.log).toEqual([]);
});

test('a move that is continued keeps policies away again, above every other', async () => {
  const fake = broker(TEN);
  await PHASES['move.prepare'](fake.run());
  expect(fake.log).toEqual([`put policies of priority ${Number.MAX_SAFE_INTEGER}`]);
});
