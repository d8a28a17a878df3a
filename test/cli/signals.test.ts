import { afterEach, expect, test } from 'vitest';
import { type Interrupts, watchSignals } from '../../src/cli/host.ts';

let interrupts: Interrupts | undefined;
afterEach(() => interrupts?.stop());

test('the first signal drains, the second aborts, and then Node has them back', () => {
  const before = process.listenerCount('SIGTERM');
  interrupts = watchSignals(process);
  expect(interrupts.received()).toBeUndefined();
  process.emit('SIGTERM');
  expect([interrupts.drain.aborted, interrupts.abort.aborted]).toEqual([true, false]);
  process.emit('SIGINT');
  expect(interrupts.abort.aborted).toBe(true);
  expect(interrupts.received()).toBe('SIGTERM');
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
