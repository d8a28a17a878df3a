import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { FakeEngine } from './fake-engine.ts';
import { runCli } from './run-cli.ts';
import { runProcess } from './run-process.ts';

/** No broker listens here, so that what goes on to one ends soon. */
const NOWHERE = { url: 'amqp://guest:guest@127.0.0.1:1', management: 'http://127.0.0.1:2' };

const ALL = {
  main: { type: 'rabbitmq', url: '${RABBITMQ_URL}', 'target-version': '3.13' },
  events: { type: 'kafka', bootstrap: ['kafka-1.example:9092', 'kafka-2.example:9092'], tls: true },
  edge: { type: 'nats', servers: '${NATS_URL}', credentials: '${NATS_CREDS}' },
};

const TOPOLOGY = `rabbitmq: { queues: { orders: { type: quorum, max-length: 10 } } }
kafka:
  defaults: { partitions: 6, replication-factor: 3, configs: { min.insync.replicas: 2 } }
  topics: { orders: {}, placed: { replicas: [[1, 2], [2, 3]] } }
nats:
  streams: { ORDERS: { subjects: [orders.>], num_replicas: 3, placement: { cluster: east }, consumers: { bill: {} } } }
  key-value: { state: { replicas: 3 } }
`;

function project(config: object, { topology = TOPOLOGY, script = '' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-up-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write('brokerform.yaml', JSON.stringify({ project: 'shop', ...config }));
  write('topologies/all.yaml', topology);
  const engine = new FakeEngine(folder, script);
  const env = { PATH: engine.path };
  return {
    ...{ folder, engine, env, write },
    read: (name: string) => readFileSync(join(folder, name), 'utf8'),
    run: (line: string, more: Record<string, string> = {}) =>
      runCli(line.split(' '), { cwd: folder, env: { ...env, ...more } }),
  };
}

/** Ends as soon as the containers were asked for. */
const STOPS = '*" up "*) echo boom >&2; exit 9 ;;';

describe('an environment that up makes', () => {
  test('leads every broker to this machine, in the version that is targeted, with one replica', async () => {
    const { run, read, engine, folder } = project({ brokers: ALL }, { script: STOPS });
    const { code, stderr } = await run('up', { RABBITMQ_URL: 'amqp://prod.example' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('docker compose failed with exit code 9')]);
    expect(stderr).toContain('docker: boom');
    expect(engine.calls()).toHaveLength(1);
    const { brokers, overrides } = parse(read('.brokerform/local.yaml'));
    expect(Object.keys(brokers)).toEqual(['main', 'events', 'edge']);
    expect(JSON.stringify(brokers)).not.toContain('example');
    expect(brokers.events).toMatchObject({
      tls: null,
      bootstrap: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
    });
    expect(brokers.edge).toMatchObject({ credentials: null });
    expect(overrides).toEqual({
      'events/topic/*': { 'replication-factor': 1, configs: { 'min.insync.replicas': 1 } },
      'events/topic/placed': { replicas: null, partitions: 2 },
      'edge/stream/*': { num_replicas: 1 },
      'edge/stream/ORDERS': { placement: null },
      'edge/key-value/*': { replicas: 1 },
    });
    const { services, volumes } = parse(read('.brokerform/compose.yaml'));
    expect(Object.values(services).map((one) => (one as { image: string }).image)).toEqual([
      'rabbitmq:3.13-management',
      'apache/kafka:4.3.1',
      'nats:2.15.1-alpine',
    ]);
    expect(Object.keys(volumes)).toEqual(['main-data', 'events-data', 'edge-data']);
    // Git sees nothing of it, and other users read nothing of it.
    expect(read('.brokerform/.gitignore')).toBe('*\n');
    expect(statSync(join(folder, '.brokerform/compose.yaml')).mode & 0o077).toBe(0);
    // A plan of it is one that a single server takes.
    const plan = await run('plan --env local --against none --format json');
    expect(plan.code, plan.stderr).toBe(0);
    expect((await run('validate --env local')).stdout).not.toContain('override');
    expect(plan.stdout).not.toContain('"replication-factor": 3');
  });

  test('avoids ports that are in use, and keeps those that it chose', async () => {
    const server = createServer().listen(4222, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve).once('error', resolve));
    onTestFinished(() => void server.close());
    const { run, read } = project({ brokers: { edge: ALL.edge } }, { script: STOPS, topology: 'nats: {}\n' });
    await run('up');
    const first = read('.brokerform/local.yaml');
    expect(first).toMatch(/127\.0\.0\.1:42(2[3-9]|3\d)/);
    await run('up');
    expect(read('.brokerform/local.yaml')).toBe(first);
  });
});

// Should a check be missing, the engine ends each of these before anything is connected to.
describe('no other machine is ever reached', () => {
  test.each([
    [
      'a host',
      { url: 'amqp://u:hunter2@rabbit.example:5672' },
      'main: amqp://rabbit.example:5672: of names, only localhost',
    ],
    [
      'an address',
      { ...NOWHERE, url: 'amqp://10.0.0.1' },
      'main: amqp://10.0.0.1:5672: it is not a loopback address',
    ],
    [
      'one of two',
      { ...NOWHERE, management: 'http://192.0.2.7:15672' },
      'main: http://192.0.2.7:15672: it is',
    ],
    ['every interface', { url: 'amqp://0.0.0.0' }, 'main: amqp://0.0.0.0:5672: it is not a loopback'],
    ['IPv6', { url: 'amqp://[2001:db8::1]' }, 'main: amqp://[2001:db8::1]:5672: it is not'],
    ['a look-alike', { url: 'amqp://localhost.example' }, 'main: amqp://localhost.example:5672: of names'],
    ['a variable', { url: '${SHARED_URL}' }, 'main: amqp://prod.example:5672: of names'],
  ])('%s in the environment local', async (_, settings, message) => {
    const main = { type: 'rabbitmq', ...settings };
    const { run, engine } = project(
      { brokers: { main }, environments: { local: {} } },
      { topology: 'rabbitmq: {}\n', script: STOPS },
    );
    const { code, stderr } = await run('up', { SHARED_URL: 'amqp://prod.example' });
    expect(code).toBe(65);
    expect(stderr).toContain('error: environment local leads to other machines; no broker was changed');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('hunter2');
    expect(engine.calls()).toEqual([]);
  });

  test('one server of a Kafka or NATS cluster is enough to refuse', async () => {
    const brokers = {
      events: { type: 'kafka', bootstrap: ['localhost:9092', 'kafka.example:9092'] },
      edge: { type: 'nats', servers: ['nats://127.0.0.1', 'nats://nats.example'] },
    };
    const { run, engine } = project(
      { brokers, environments: { dev: {} } },
      { topology: 'nats: {}\n', script: STOPS },
    );
    const { code, stderr } = await run('up --env dev');
    expect(code).toBe(65);
    expect(stderr).toContain('events: kafka.example:9092');
    expect(stderr).toContain('edge: nats://nats.example:4222');
    expect(engine.calls()).toEqual([]);
  });

  test('a tunnel at the IPv6 side of a port of localhost is noticed', async ({ skip }) => {
    const tunnel = createServer().listen(0, '::1');
    const isThere = await new Promise((resolve) => {
      tunnel.once('listening', () => resolve(true)).once('error', () => resolve(false));
    });
    if (!isThere) skip('this machine has no IPv6');
    onTestFinished(() => void tunnel.close());
    const { port } = tunnel.address() as { port: number };
    const edge = { type: 'nats', servers: [`nats://localhost:${port}`] };
    const { run, engine } = project(
      { brokers: { edge }, environments: { local: {} } },
      { topology: 'nats: {}\n', script: STOPS },
    );
    const { code, stderr } = await run('up');
    expect([code, stderr]).toEqual([
      65,
      expect.stringContaining(`another program has port ${port} of [::1]`),
    ]);
    expect(engine.calls()).toEqual([]);
  });
});

describe('the engine', () => {
  const local = { brokers: { main: { type: 'rabbitmq', ...NOWHERE } }, environments: { local: {} } };
  const topology = 'rabbitmq: {}\n';

  test('none answers: what is missing, and how to go on without one', async () => {
    const script = 'info*) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;;';
    const { run, engine } = project(local, { script, topology });
    const { code, stdout, stderr } = await run('up --format json');
    expect(code).toBe(1);
    expect(stderr).toContain('error: no container engine is available');
    expect(stderr).toContain(
      'docker compose: its engine does not answer: Cannot connect to the Docker daemon',
    );
    expect(stderr).toContain('podman compose: not installed');
    expect(stderr).toMatch(
      /hint: install Docker or Podman .* amqp:\/\/127\.0\.0\.1:1, .* brokerform apply --env local\n/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ failure: { kind: 'engine' } });
    expect(engine.calls()).toEqual([]);
  });

  test('starts the services of a compose file that publish the ports, and stops only them', async () => {
    const compose = `services:
  web: { image: web, ports: ['8080:80'] }
  rabbit: { image: 'rabbitmq:4-management', ports: ['127.0.0.1:1:5672', { target: 15672, published: 2 }] }
`;
    const { run, engine, write } = project(local, { script: STOPS, topology });
    write('compose.yaml', compose);
    expect(await run('up')).toMatchObject({ code: 1 });
    expect(engine.calls()).toEqual(['compose --file compose.yaml up --detach rabbit']);
    expect(await run('down')).toMatchObject({ code: 0 });
    expect(engine.calls().at(-1)).toBe('compose --file compose.yaml rm --stop --force rabbit');
  });

  test('a compose file without the ports is not used, and is refused where it is asked for', async () => {
    const { run, engine, write } = project(local, { script: STOPS, topology });
    write('compose.yaml', "services: { rabbit: { ports: ['5672:5672'] } }\n");
    expect((await run('up')).stderr).toContain(
      'compose.yaml publishes no port 1, 2; .brokerform/compose.yaml is used',
    );
    const { code, stderr } = await run('up --compose-file compose.yaml');
    expect([code, stderr]).toEqual([
      65,
      expect.stringContaining('compose.yaml publishes no port 1, 2, where'),
    ]);
    expect(engine.calls()).toHaveLength(1);
  });

  test('secrets are in no file: the engine gets them from its environment', async () => {
    const main = {
      type: 'rabbitmq',
      url: 'amqp://shop:${SHOP_PASSWORD}@127.0.0.1:1',
      management: 'http://127.0.0.1:2',
    };
    const script = '*" up "*) env >&2; exit 9 ;;';
    const { run, read } = project({ brokers: { main }, environments: { local: {} } }, { script, topology });
    const { stdout, stderr } = await run('up', { SHOP_PASSWORD: 'p$a"ss' });
    expect(stdout + stderr).toContain('BROKERFORM_SECRET_1=p$a"ss');
    expect(read('.brokerform/compose.yaml')).toContain('RABBITMQ_DEFAULT_PASS: ${BROKERFORM_SECRET_1:-}');
    expect(read('.brokerform/compose.yaml')).not.toContain('p$');
  });

  test.each([
    [{ url: 'amqps://127.0.0.1', management: 'https://127.0.0.1' }, topology, 'its settings ask for TLS'],
    [
      NOWHERE,
      'rabbitmq: { exchanges: { later: { type: x-delayed-message, arguments: { x-delayed-type: topic } } } }\n',
      'the image does not contain rabbitmq_delayed_message_exchange',
    ],
  ])('what no container serves is refused: %j', async (settings, declared, message) => {
    const main = { type: 'rabbitmq', ...settings };
    const { run, engine } = project(
      { brokers: { main }, environments: { local: {} } },
      { topology: declared },
    );
    const { code, stderr } = await run('up');
    expect([code, stderr]).toEqual([65, expect.stringContaining(message)]);
    expect(engine.calls()).toEqual([]);
  });

  test('Ctrl-C ends the engine and the command; what was started can be stopped', async () => {
    const script = '*" up "*) trap "echo interrupted >> $0.log; exit 1" INT; while :; do sleep 0.1; done ;;';
    const { folder, env, engine, read, run } = project(local, { script, topology });
    const ended = await runProcess(['up'], { cwd: folder, env, interruptOnce: () => engine.called('up') });
    expect([ended.code, ended.output]).toEqual([130, expect.stringContaining('interrupted by SIGINT')]);
    expect(read('engine/docker.log')).toBe('interrupted\n');
    expect(await run('down')).toMatchObject({ code: 0 });
  });
});

test('down where nothing was started says so', async () => {
  const { run, engine } = project(
    { brokers: { main: { type: 'rabbitmq', ...NOWHERE } } },
    { topology: 'rabbitmq: {}\n' },
  );
  const { code, stderr } = await run('down');
  expect([code, stderr]).toEqual([0, 'Nothing to stop: brokerform up has started no brokers here\n']);
  expect(engine.calls()).toEqual([]);
});
