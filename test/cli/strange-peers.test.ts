import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { behaviours, type Peer, startPeer, startWebServer } from './peers.ts';
import { runCli } from './run-cli.ts';

/*
 * Whatever listens where a broker should: a command ends with one error, within its timeout and the little that
 * starting a process takes.
 */

const TIMEOUT = 2_000;
/** Milliseconds: the timeout, its goodbye, and what a process takes to start on a very busy machine. */
const PATIENCE = 60_000;

const topology = {
  'rabbit.yaml': 'rabbitmq: { broker: rabbit, queues: { a: {} } }\n',
  'kafka.yaml': 'kafka: { broker: kafka, topics: { a: { partitions: 1 } } }\n',
  'nats.yaml': 'nats: { broker: nats, streams: { a: { subjects: [a] } } }\n',
};

function makeProject(port: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-peers-'));
  const brokers = {
    rabbit: { type: 'rabbitmq', management: `http://127.0.0.1:${port}`, url: `amqp://127.0.0.1:${port}` },
    kafka: { type: 'kafka', bootstrap: [`127.0.0.1:${port}`] },
    nats: { type: 'nats', servers: `nats://127.0.0.1:${port}` },
  };
  writeFileSync(
    join(folder, 'brokerform.yaml'),
    JSON.stringify({ project: 'strange', topologies: ['*.yaml'], brokers }),
  );
  for (const [name, text] of Object.entries(topology)) writeFileSync(join(folder, name), text);
  return folder;
}

async function run(folder: string, ...args: readonly string[]) {
  const start = Date.now();
  const ended = await runCli([...args, '--timeout', `${TIMEOUT}ms`], { cwd: folder });
  return { ...ended, took: Date.now() - start };
}

const peers = [
  ...Object.entries(behaviours).map(([name, behave]) => ({ name, start: () => startPeer(behave) })),
  { name: 'is a web server', start: startWebServer },
];

describe.concurrent.each(peers)('where a broker should be, something $name', ({ start }) => {
  let peer: Peer;
  let folder: string;

  beforeAll(async () => {
    peer = await start();
    folder = makeProject(peer.port);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await peer.close();
  });

  test('a plan names each broker once, and ends', async () => {
    const { code, signal, stdout, stderr, took } = await run(folder, 'plan');
    expect([code, signal, stdout]).toEqual([1, null, '']);
    for (const broker of ['rabbit', 'kafka', 'nats']) expect(stderr).toContain(`${broker}: `);
    for (const text of ['bug', 'undefined', '\u001b', '\u0007']) expect(stderr).not.toContain(text);
    expect(took).toBeLessThan(PATIENCE);
  });
});

describe.concurrent('where a broker should be, something that keeps silent', () => {
  let peer: Peer;
  let folder: string;

  beforeAll(async () => {
    peer = await startPeer(() => {});
    folder = makeProject(peer.port);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await peer.close();
  });

  test.each([['drift'], ['doctor'], ['apply', '--auto-approve'], ['import', '--broker', 'nats']])(
    '%s ends',
    async (...args) => {
      const { code, signal, stderr, stdout, took } = await run(folder, ...args);
      expect([code, signal]).toEqual([1, null]);
      expect(stdout + stderr).toContain('did not answer');
      expect(took).toBeLessThan(PATIENCE);
    },
  );
});

test('a secret that a broker quotes in any form is printed by no output', async () => {
  const password = 'pa/ss "hunter2" & ü';
  const quoting = createServer((request, response) => {
    const sent = String(request.headers.authorization);
    const reason = `${sent} is ${password}, ${encodeURIComponent(password)}, amqp://app:${encodeURIComponent(password)}@x`;
    response.writeHead(401).end(JSON.stringify({ error: 'not_authorized', reason }));
  });
  await new Promise<void>((resolve) => quoting.listen(0, '127.0.0.1', resolve));
  const { port } = quoting.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-quoting-'));
  const login = `app:${encodeURIComponent(password)}`;
  const rabbit = { type: 'rabbitmq', management: `http://${login}@127.0.0.1:${port}` };
  writeFileSync(
    join(folder, 'brokerform.yaml'),
    JSON.stringify({ project: 'strange', topologies: ['rabbit.yaml'], brokers: { rabbit } }),
  );
  writeFileSync(join(folder, 'rabbit.yaml'), topology['rabbit.yaml']);
  const files = ['--json-into', 'plan.json', '--markdown-into', 'plan.md', '--junit-into', 'plan.xml'];
  const { code, stdout, stderr } = await run(folder, 'plan', '-v', ...files);
  const written = ['plan.json', 'plan.md', 'plan.xml'].map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  );
  const all = [stdout, stderr, ...written].join('\n');
  expect(code).toBe(1);
  expect(all).toContain('(secret)');
  const basic = Buffer.from(`app:${password}`).toString('base64');
  for (const form of [
    password,
    encodeURIComponent(password),
    basic,
    'hunter2',
    JSON.stringify(password).slice(1, -1),
  ]) {
    expect(all).not.toContain(form);
  }
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => quoting.close(resolve));
});
