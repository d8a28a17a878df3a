import { expect, test } from 'vitest';
import { projectOfEachTest } from './project.ts';

const CONFIG = `topologies: [a.yaml]
brokers: { main: { type: rabbitmq, url: "amqp://localhost:1" } }
`;
const TOPOLOGY = `rabbitmq:
  queues:
    orders: { type: quorum, max-length: 10, dead-letter: { exchange: amq.fanout } }
    # brokerform-ignore rabbitmq/upgrade-delivery-limit: nothing is returned to it
    log: { type: quorum, max-length: 10, dead-letter: { exchange: amq.fanout } }
  policies:
    ha: { pattern: ^o, definition: { ha-mode: all } }
    # brokerform-ignore rabbitmq/classic-mirroring: until the upgrade
    more: { pattern: ^p, definition: { ha-mode: all } }
`;

const { cli } = projectOfEachTest({ 'brokerform.yaml': CONFIG, 'a.yaml': TOPOLOGY });

test('what the new release rejects is an error, what it changes a warning, at their places', async () => {
  const { code, stdout, stderr } = await cli('upgrade-check --from 3.10 --to 4.3');
  expect([code, stderr]).toEqual([3, 'main: rabbitmq 3.10 → 4.3\n']);
  expect(stdout).toMatch(/^a\.yaml:7:38 error rabbitmq\/refused-by-version .*ha-mode/m);
  expect(stdout).toMatch(/^a\.yaml:3:5 warning rabbitmq\/upgrade-delivery-limit queue "orders"/m);
  expect(stdout).not.toContain('queue "log"');
  // What is suppressed until the upgrade is no finding of it.
  expect(stdout).not.toContain('lint/');
});

test('only what the upgrade brings: nothing between two releases that differ in none of it', async () => {
  expect(await cli('upgrade-check --from 4.0 --to 4.0')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
});

test('what the release of now rejects already is nothing that the upgrade brings', async () => {
  expect(await cli('upgrade-check --from 4.0 --to 4.3')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
});

test('a release without its last number is the newest of its series', async () => {
  expect(await cli('upgrade-check --from 4.3.6 --to 4.3')).toMatchObject({
    code: 0,
    stdout: 'No findings.\n',
  });
  expect(await cli('upgrade-check --from 4.3 --to 4.3.6')).toMatchObject({
    code: 0,
    stdout: 'No findings.\n',
  });
});

test.each([
  ['upgrade-check --to 4.3', 'the release of broker main is unknown'],
  ['upgrade-check --from 4.3 --to 3.10', '3.10 is older than 4.3, the release of broker main'],
  ['upgrade-check --from 3.10 --to 4.3 --broker nope', 'no broker nope is configured'],
])('%s is refused', async (line, message) => {
  const { code, stderr } = await cli(line);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

test('validate knows the codes that only upgrade-check reports, and explain explains them', async () => {
  const { stdout } = await cli('validate');
  expect(stdout).not.toContain('lint/unknown-rule');
  expect((await cli('explain')).stdout).toMatch(/^rabbitmq\/upgrade-delivery-limit +warning /m);
  const explained = await cli('explain rabbitmq/upgrade-transient-queue');
  expect([explained.code, explained.stdout]).toEqual([
    0,
    expect.stringContaining('transient_nonexcl_queues'),
  ]);
});
