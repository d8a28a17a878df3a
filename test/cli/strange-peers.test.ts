import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { behaviours, type Peer, startPeer, startWebServer } from './peers.ts';
import { runProcess } from './run-process.ts';

/*
 * Whatever listens where a broker should: a command ends with one error, within its timeout and the little that
 * starting a process takes.
 */

/** Milliseconds. A command that waits for more than a few of them fails its test. */
const TIMEOUT = 2_000;

const topology: Readonly<Record<string, (broker: string) => string>> = {
  rabbit: (broker) => `rabbitmq: { broker: ${broker}, queues: { a: {} } }\n`,
  kafka: (broker) => `kafka: { broker: ${broker}, topics: { a: { partitions: 1 } } }\n`,
  nats: (broker) => `nats: { broker: ${broker}, streams: { a: { subjects: [a] } } }\n`,
};

/** A project with a broker of each type at each port: `rabbit-0`, `kafka-0`, `nats-0`, `rabbit-1` … */
function makeProject(ports: readonly number[]): { folder: string; brokers: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-peers-'));
  const brokers = Object.fromEntries(
    ports.flatMap((port, index) => [
      [
        `rabbit-${index}`,
        { type: 'rabbitmq', management: `http://127.0.0.1:${port}`, url: `amqp://127.0.0.1:${port}` },
      ],
      [`kafka-${index}`, { type: 'kafka', bootstrap: [`127.0.0.1:${port}`] }],
      [`nats-${index}`, { type: 'nats', servers: `nats://127.0.0.1:${port}` }],
    ]),
  );
  writeFileSync(
    join(folder, 'brokerform.yaml'),
    JSON.stringify({ project: 'strange', topologies: ['*-*.yaml'], brokers }),
  );
  for (const name of Object.keys(brokers)) {
    writeFileSync(join(folder, `${name}.yaml`), topology[name.split('-')[0] ?? '']?.(name) ?? '');
  }
  return { folder, brokers: Object.keys(brokers) };
}

async function run(folder: string, ...args: readonly string[]) {
  return runProcess([...args, '--timeout', `${TIMEOUT}ms`], { cwd: folder });
}

test('whatever listens where brokers should be: a plan names each broker once, and ends', async () => {
  const peers = await Promise.all([...Object.values(behaviours).map(startPeer), startWebServer()]);
  const { folder, brokers } = makeProject(peers.map(({ port }) => port));
  const { code, signal, stdout, stderr } = await run(folder, 'plan');
  expect([code, signal, stdout]).toEqual([1, null, '']);
  for (const broker of brokers) {
    expect(stderr.split('\n').filter((line) => line.startsWith(`  ${broker}: `))).toHaveLength(1);
  }
  for (const text of ['bug', 'undefined', '\u001b', '\u0007']) expect(stderr).not.toContain(text);
  rmSync(folder, { recursive: true });
  await Promise.all(peers.map((peer) => peer.close()));
});

describe('where a broker should be, something that keeps silent', () => {
  let peer: Peer;
  let folder: string;

  beforeAll(async () => {
    peer = await startPeer(() => {});
    ({ folder } = makeProject([peer.port]));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await peer.close();
  });

  test.each([['drift'], ['doctor'], ['apply', '--auto-approve'], ['import', '--broker', 'nats-0']])(
    '%s ends',
    async (...args) => {
      const { code, signal, stderr, stdout } = await run(folder, ...args);
      expect([code, signal]).toEqual([1, null]);
      expect(stdout + stderr).toContain('did not answer');
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
  writeFileSync(join(folder, 'rabbit.yaml'), topology.rabbit?.('rabbit') ?? '');
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
