import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { versions } from '../../local/kafka/install.ts';
import { check } from '../../src/workflow/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Service {
  readonly image: string;
  readonly ports: string[];
  readonly healthcheck: { readonly test: string[] };
  readonly volumes?: unknown;
  readonly environment?: Record<string, string>;
}

const { services } = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8')) as {
  services: Record<string, Service>;
};

const published = Object.values(services).flatMap(({ ports }) => ports.map((port) => port.split(':')));

test('only this machine reaches the brokers, and nothing of them is kept', () => {
  expect(Object.keys(services)).toEqual(['rabbitmq', 'kafka', 'nats']);
  for (const [address, ...rest] of published) {
    expect(address).toBe('127.0.0.1');
    expect(rest).toHaveLength(2);
  }
  for (const { volumes, healthcheck } of Object.values(services)) {
    expect(volumes).toBeUndefined();
    expect(healthcheck.test[0]).toBe('CMD');
  }
});

test('the images are of the versions that the tests run', () => {
  const rabbit = readFileSync(join(ROOT, 'local/rabbitmq/container.ts'), 'utf8');
  const nats = readFileSync(join(ROOT, 'local/nats/types.ts'), 'utf8');
  expect(rabbit).toContain(`current: '${services.rabbitmq?.image}'`);
  expect(services.kafka?.image).toBe(`apache/kafka:${versions.current}`);
  const [, line] = /^nats:(\d+\.\d+)-alpine$/.exec(services.nats?.image ?? '') ?? [];
  expect(nats).toContain(`\`current\` is ${line},`);
});

test('the environment local leads to exactly these ports', () => {
  const { configured, diagnostics } = check({ directory: ROOT, environment: 'local', env: {} });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const connections = [...configured.values()].map(({ connect }) => JSON.stringify(connect(1000)));
  const used = connections.flatMap((text) => [...text.matchAll(/(?:localhost|127\.0\.0\.1):(\d+)/g)]);
  const ports = used.map(([, port]) => port);
  const hosts = published.map(([, host]) => host);
  for (const port of ports) expect(hosts).toContain(port);
  expect(new Set(ports)).toEqual(new Set(['5672', '15672', '9092', '4222']));
});

test('what Kafka tells its clients is the address that they reach it by', () => {
  expect(services.kafka?.environment?.KAFKA_ADVERTISED_LISTENERS).toBe('PLAINTEXT://localhost:9092');
});
