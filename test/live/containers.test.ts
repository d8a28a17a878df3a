import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { makeFolder, removeFolder } from '../../local/folders.ts';
import { metaProperties } from '../../local/kafka/config.ts';
import { installKafka } from '../../local/kafka/install.ts';
import { installNats } from '../../local/nats/install.ts';
import { natsLines } from '../../local/nats.ts';
import { freePorts } from '../../local/ports.ts';
import { startProcess } from '../../local/processes.ts';
import { startRabbit } from '../../local/rabbitmq.ts';
import type { Address, JsonObject, LocalContainer, LocalValue, Resource } from '../../src/model/index.ts';
import { providers } from '../../src/workflow/index.ts';
import { runCli } from '../cli/run-cli.ts';

// What a container is told, told to the program that its image contains.

async function environmentOf(
  type: string,
  settings: JsonObject,
  resources: readonly Resource[] = [],
): Promise<Map<string, string>> {
  const provider = providers.find(({ name }) => name === type);
  const local = await provider?.local?.();
  const container = local?.container({
    connection: { name: 'b', type, settings, resolve: () => '', timeout: 1_000 },
    version: provider?.assume('b').version ?? '',
    resources,
    identity: new Uint8Array(32),
  });
  if (container === undefined || 'problem' in container) throw new Error(container?.problem);
  const { environment }: LocalContainer = container;
  return new Map(Object.entries(environment).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: LocalValue): string {
  const parts = typeof value === 'string' ? [value] : value;
  return parts.map((part) => (typeof part === 'string' ? part : part.secret)).join('');
}

function resource(address: string, spec: JsonObject): Resource {
  return { address: address as Address, spec, dependsOn: [] };
}

/** Applies a topology to the broker, and plans it again. */
async function applyTwice(cwd: string, broker: object, topology: string): Promise<void> {
  const config = { topologies: ['t.yaml'], brokers: { b: broker } };
  writeFileSync(join(cwd, 'brokerform.yaml'), JSON.stringify(config));
  writeFileSync(join(cwd, 't.yaml'), topology);
  const applied = await runCli(['apply', '--auto-approve', '--wait', '60s'], { cwd });
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  const again = await runCli(['plan', '--detailed-exitcode'], { cwd });
  expect(again.code, again.stdout).toBe(0);
}

describe.skipIf(!inject('rabbitmq').current)('RabbitMQ', () => {
  test.each(['old', 'current'] as const)('%s takes its user, and enables plug-ins', async (line) => {
    const declared = [
      resource('b/exchange/%2F/e', { type: 'x-consistent-hash' }),
      resource('b/parameter/%2F/shovel/s', {}),
    ];
    const variables = await environmentOf('rabbitmq', { url: 'amqp://shop:p%24x@127.0.0.1' }, declared);
    expect(variables.size).toBe(4);
    const folder = makeFolder(`rabbitmq-container-${line}`);
    variables.set('RABBITMQ_ENABLED_PLUGINS_FILE', join(folder, 'enabled_plugins'));
    const rabbit = await startRabbit(line, { environment: Object.fromEntries(variables) });
    try {
      const url = rabbit.url.replace('guest:guest', 'shop:p%24x');
      await applyTwice(
        folder,
        { type: 'rabbitmq', url, management: rabbit.management },
        `rabbitmq:
  exchanges: { e: { type: x-consistent-hash } }
  queues: { a: { max-length: 9 }, c: { max-length: 9 } }
  shovels: { s: { src-uri: "amqp://", src-queue: a, dest-uri: "amqp://", dest-queue: c } }
`,
      );
    } finally {
      await rabbit.stop();
      removeFolder(folder);
    }
  });
});

describe.skipIf(!inject('kafka').current)('Kafka', () => {
  test.each(['old', 'current'] as const)('%s takes its user, and ACLs', async (line) => {
    const installation = await installKafka(line);
    const [client = 0, controller = 0] = await freePorts(2);
    const sasl = { mechanism: 'plain', username: 'shop', password: 'p"$\\x' };
    const settings = { bootstrap: [`127.0.0.1:${client}`], sasl };
    const variables = await environmentOf('kafka', settings, [resource('b/acl/x', {})]);
    const folder = makeFolder(`kafka-container-${line}`);
    // As the image does: KAFKA_LOG_DIRS becomes log.dirs. A properties file has escapes of its own.
    const properties = [...variables].flatMap(([name, value]) => {
      if (!name.startsWith('KAFKA_')) return [];
      const text = value
        .replace('CLIENT://:9092', `CLIENT://127.0.0.1:${client}`)
        .replace('CONTROLLER://:9093', `CONTROLLER://127.0.0.1:${controller}`)
        .replace('localhost:9093', `127.0.0.1:${controller}`)
        .replace('/var/lib/kafka', folder);
      const key = name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.');
      return [`${key}=${text.replaceAll('\\', '\\\\')}\n`];
    });
    const config = join(folder, 'server.properties');
    writeFileSync(config, properties.join(''));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/meta.properties'), metaProperties(1, variables.get('CLUSTER_ID') ?? ''));
    copyFileSync(installation.bootstrapCheckpoint, join(folder, 'data/bootstrap.checkpoint'));
    const node = await startProcess({
      ...{ name: 'kafka', folder, log: join(folder, 'kafka.log') },
      command: installation.command('kafka.Kafka', config),
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', HOME: folder },
    });
    try {
      const topology = 'kafka: { topics: { a: { partitions: 2 } }, acls: { "User:x": { consumes: [a] } } }\n';
      await applyTwice(folder, { type: 'kafka', ...settings }, topology);
    } finally {
      await node.end('SIGKILL');
      removeFolder(folder);
    }
  });
});

describe.skipIf(!inject('nats').current)('NATS', () => {
  test.each(natsLines)('%s takes its user, a domain, and streams larger than the disk', async (line) => {
    const { program } = await installNats(line);
    const [client = 0, monitoring = 0] = await freePorts(2);
    const settings = { servers: [`nats://shop:p%22%24%5Cx@127.0.0.1:${client}`], domain: 'hub' };
    const variables = await environmentOf('nats', settings);
    const folder = makeFolder(`nats-container-${line}`);
    const config = (variables.get('NATS_CONFIG') ?? '')
      .replace('port: 4222', `host: 127.0.0.1\nport: ${client}`)
      .replace('http_port: 8222', `http: "127.0.0.1:${monitoring}"`)
      .replace('/data', join(folder, 'data'));
    writeFileSync(join(folder, 'nats.conf'), config);
    const server = spawn(program, ['--config', join(folder, 'nats.conf')], { stdio: 'ignore' });
    try {
      const topology = 'nats: { streams: { A: { subjects: [a], max_bytes: 90TB } } }\n';
      await applyTwice(folder, { type: 'nats', ...settings }, topology);
    } finally {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('close', resolve));
      removeFolder(folder);
    }
  });
});
