import { check, hasErrors, route, runTests } from 'brokerform';
import { expect, test } from 'vitest';

// An application's own tests ask its topology: no broker runs.

const topology = check({ directory: new URL('topology', import.meta.url).pathname, env: process.env });

/** What the application publishes: in a real one, import the constants from where it does. */
const PUBLISHED = ['order.created', 'order.paid', 'order.cancelled'];

test('the topology is valid', () => {
  expect(topology.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(hasErrors(topology.diagnostics)).toBe(false);
});

test.each(PUBLISHED)('%s reaches its queue', async (key) => {
  const { result } = await route(topology, { positions: ['events', key] });
  expect(result).toContain('reaches queue order-notifications;');
});

test('the tests in the topology files hold', async () => {
  const { results } = await runTests(topology);
  expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
});
