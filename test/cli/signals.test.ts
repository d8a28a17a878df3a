import { afterEach, expect, test, vi } from 'vitest';
import { type Interrupts, watchSignals } from '../../src/cli/signals.ts';

let interrupts: Interrupts | undefined;
afterEach(() => interrupts?.stop());

test('the first signal drains, the second aborts, and then Node has them back', () => {
  const onSignal = vi.fn();
  const before = process.listenerCount('SIGTERM');
  interrupts = watchSignals(onSignal);
  expect(interrupts.received()).toBeUndefined();
  process.emit('SIGTERM');
  expect([interrupts.drain.aborted, interrupts.abort.aborted]).toEqual([true, false]);
  process.emit('SIGINT');
  expect(interrupts.abort.aborted).toBe(true);
  expect(interrupts.received()).toBe('SIGTERM');
  expect(onSignal.mock.calls).toEqual([
    ['SIGTERM', 1],
    ['SIGINT', 2],
  ]);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
