import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { containerArguments } from '../../local/rabbitmq/container.ts';
import { startRabbit, Unavailable } from '../../local/rabbitmq.ts';

let server: Server;

beforeEach(async () => {
  server = createServer((_, response) => response.end('{"rabbitmq_version":"3.10.25"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
});

test('a broker that the environment names is used, and never stopped', async () => {
  const management = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('BROKERFORM_TEST_RABBITMQ_OLD_URL', 'amqp://guest:guest@127.0.0.1:1');
  vi.stubEnv('BROKERFORM_TEST_RABBITMQ_OLD_MANAGEMENT', management);
  const broker = await startRabbit('old');
  expect(broker).toMatchObject({ version: '3.10.25', url: 'amqp://guest:guest@127.0.0.1:1', management });
  for (const control of [broker.kill, broker.halt, broker.start, broker.ctl]) {
    await expect(control()).rejects.toThrow(Unavailable);
  }
  await broker.stop();
  expect(server.listening).toBe(true);
});

test('a named broker that does not answer is an error, not a reason to start another', async () => {
  vi.stubEnv('BROKERFORM_TEST_RABBITMQ_CURRENT_URL', 'amqp://guest:guest@127.0.0.1:1');
  await expect(startRabbit('current')).rejects.toThrow(Unavailable);
  vi.stubEnv('BROKERFORM_TEST_RABBITMQ_CURRENT_MANAGEMENT', 'http://127.0.0.1:1');
  await expect(startRabbit('current')).rejects.toThrow(Unavailable);
});

test('a container publishes its ports on loopback only', () => {
  const ports = { amqp: 1, management: 2, amqps: 3, managementTls: 4 };
  expect(containerArguments('current', { quickCounts: true }, '/tmp/folder', ports)).toEqual([
    ...['--publish', '127.0.0.1:1:5672', '--publish', '127.0.0.1:2:15672'],
    ...['--publish', '127.0.0.1:3:5671', '--publish', '127.0.0.1:4:15671'],
    ...['--volume', '/tmp/folder:/tmp/folder:ro'],
    ...['--env', 'RABBITMQ_CONFIG_FILE=/tmp/folder/rabbitmq.conf'],
    ...['--env', 'RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/folder/enabled_plugins'],
    '--env',
    'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-rabbit quorum_tick_interval 1000 -rabbit stream_tick_interval 1000',
    'rabbitmq:4.3-management',
  ]);
});
