import { expect, test } from 'vitest';
import { folderOfFile } from '../setup/folder.ts';
import { runCli } from './run-cli.ts';

const CONFIG = `project: shop
topologies: [topology.yaml]
environments: { dev: {} }
brokers: { main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" } }
`;
const TOPOLOGY = `rabbitmq:
  exchanges: { events: { type: topic } }
  queues: { orders: { type: quorum, max-length: 10, bindings: [{ from: events, key: "#" }] } }
`;
/** The broker has another type: the queue is to be replaced, and nobody knows what is in it. */
const LIVE = {
  rabbit_version: '4.3.6',
  vhosts: [{ name: '/' }],
  queues: [{ name: 'orders', vhost: '/', durable: true, auto_delete: false, arguments: {} }],
  exchanges: [],
  bindings: [],
};

const folder = folderOfFile({
  'brokerform.yaml': CONFIG,
  'topology.yaml': TOPOLOGY,
  'live.json': JSON.stringify(LIVE),
});

async function json(line: string) {
  const { code, stdout, stderr } = await runCli(line.split(' '), { cwd: folder });
  return { code, stderr, data: JSON.parse(stdout) };
}

test('doctor: what was found at each broker, with a broker that is not reached as a failed check', async () => {
  const { code, data } = await json('doctor --format json --env dev');
  expect(code).toBe(1);
  expect(data).toMatchObject({
    ...{ brokerform: 'doctor', version: 1, project: 'shop', environment: 'dev' },
    brokers: [{ broker: 'main', type: 'rabbitmq', checks: [{ name: 'connection', ok: false }] }],
  });
});

test('explain: one rule, or all of them', async () => {
  const one = await json('explain rabbitmq/unbound-queue --format json');
  expect(one.code).toBe(0);
  expect(one.data).toMatchObject({
    ...{ brokerform: 'explain', version: 1 },
    rules: [{ code: 'rabbitmq/unbound-queue', severity: 'info', explain: expect.stringMatching(/^Bad/m) }],
  });
  const all = await json('explain --format json');
  expect(all.data.rules).toContainEqual(one.data.rules[0]);
  expect(all.data.rules.length).toBeGreaterThan(50);
});

test('graph: nodes, edges and groups', async () => {
  const { code, stderr, data } = await json('graph --format json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(data).toMatchObject({ brokerform: 'graph', version: 2, title: 'topology of shop' });
  const ids = data.nodes.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(expect.arrayContaining(['main/exchange/%2F/events', 'main/queue/%2F/orders']));
  expect(data.edges).toMatchObject([
    { from: 'main/exchange/%2F/events', to: 'main/queue/%2F/orders', role: 'route', label: '#' },
  ]);
  const groups = data.groups.map(({ id }: { id: string }) => id);
  for (const { group } of data.nodes) expect(groups).toContain(group);
});

test('apply: the plan that comes before is not in the way', async () => {
  await runCli('plan --against live.json --out plan.json'.split(' '), { cwd: folder });
  const { code, stderr, data } = await json('apply plan.json --format json');
  expect(code).toBe(3);
  expect(stderr).toContain('BLOCKED');
  expect(data).toMatchObject({ version: 1, failure: { kind: 'blocked-plan' } });
});

test.each([
  ['doctor --env prod', 65],
  ['explain rabbitmq/no-such-rule', 64],
  ['graph --focus nothing', 64],
  ['apply', 64],
  ['apply --auto-approve', 1],
])('%s: why it failed', async (line, expected) => {
  const { code, data } = await json(`${line} --format json`);
  expect(code).toBe(expected);
  expect(data).toMatchObject({ version: 1, failure: { message: expect.stringMatching(/./) } });
});
