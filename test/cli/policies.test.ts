import { expect, test } from 'vitest';
import { folderOfFile } from '../setup/folder.ts';
import { runCli } from './run-cli.ts';

const CONFIG = `topologies: [t.yaml]
brokers:
  main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" }
  events: { type: kafka, bootstrap: ["localhost:1"] }
`;
const TOPOLOGY = `rabbitmq:
  exchanges: { events: { type: topic, alternate-exchange: lost }, lost: { type: fanout } }
  queues:
    orders: { type: quorum, message-ttl: 7d, max-length: 1000 }
    log: { type: stream, max-age: 30D }
    mails: {}
  policies:
    ttl: { pattern: ".*", apply-to: queues, priority: 1, definition: { message-ttl: 1h, delivery-limit: 3 } }
    keep: { pattern: "^log$", apply-to: queues, definition: { max-age: 7D } }
    all: { pattern: "^[a-z]*s$", definition: { max-length: 50000, alternate-exchange: other } }
    odd: { pattern: "(?=o)orders", definition: { max-length: 5 } }
    twin: { pattern: "^mails$", definition: { max-length: 5 } }
  operator-policies:
    caps: { pattern: ".*", apply-to: queues, definition: { max-length: 500 } }
`;

const folder = folderOfFile({
  'brokerform.yaml': CONFIG,
  't.yaml': TOPOLOGY,
});

const cli = (...args: string[]) => runCli(['policies', ...args], { cwd: folder });

test('winners and losers of each queue and exchange, and the places that set them', async () => {
  const { code, stdout, stderr } = await cli();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`exchange events (topic, vhost /)  t.yaml:2:16
  alternate-exchange  lost  argument t.yaml:2:39; policy all t.yaml:10:67 says other
  policy all, priority 0: in force
  policy odd, priority 0: unknown, invalid or unsupported Perl syntax: \`(?=\`

exchange lost (fanout, vhost /)  t.yaml:2:67
  policy odd, priority 0: unknown, invalid or unsupported Perl syntax: \`(?=\`

queue log (stream, vhost /)  t.yaml:5:5
  max-age  7D  policy keep t.yaml:9:63; argument t.yaml:5:26 says 30D
  policy ttl, priority 1: skipped, stream queues do not support message-ttl
  policy keep, priority 0: in force
  policy odd, priority 0: unknown, invalid or unsupported Perl syntax: \`(?=\`
  operator policy caps, priority 0: skipped, stream queues do not support max-length

queue mails (classic, vhost /)  t.yaml:6:5
  max-length  500  operator policy caps t.yaml:14:60; policy all t.yaml:10:48 says 50000
  policy ttl, priority 1: skipped, classic queues do not support delivery-limit
  policy all, priority 0: tied, policy twin has the same priority
  policy odd, priority 0: unknown, invalid or unsupported Perl syntax: \`(?=\`
  policy twin, priority 0: tied, policy all has the same priority
  operator policy caps, priority 0: in force

queue orders (quorum, vhost /)  t.yaml:4:5
  delivery-limit  3    policy ttl t.yaml:8:89
  max-length      500  operator policy caps t.yaml:14:60; argument t.yaml:4:46 says 1000
  message-ttl     1h   policy ttl t.yaml:8:72; argument t.yaml:4:29 says 7d
  policy ttl, priority 1: in force
  policy all, priority 0: outranked, policy ttl has a higher priority
  policy odd, priority 0: unknown, invalid or unsupported Perl syntax: \`(?=\`
  operator policy caps, priority 0: in force

5 resources
`);
});

test('names and addresses choose resources; JSON has the values', async () => {
  const { stdout } = await cli('ord*', '--format', 'json');
  const { resources } = JSON.parse(stdout);
  expect(resources).toHaveLength(1);
  expect(
    resources[0].settings.map(({ name, value, from }: Record<string, unknown>) => [name, value, from]),
  ).toEqual([
    ['delivery-limit', 3, 'policy ttl'],
    ['max-length', 500, 'operator policy caps'],
    ['message-ttl', 3_600_000, 'policy ttl'],
  ]);
  const none = await cli('main/exchange/*/nothing');
  expect(none.code).toBe(64);
  expect(none.stderr).toContain('no queue or exchange with a setting or policy matches');
  const wrong = await cli('--broker', 'events');
  expect(wrong.code).toBe(65);
  expect(wrong.stderr).toContain('no broker events with policies is configured');
});
