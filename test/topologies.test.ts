import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type JsonObject, printJson } from '../src/model/index.ts';
import { check } from '../src/workflow/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'brokerform-'));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync(new URL('../topologies', import.meta.url), join(folder, 'topologies'), { recursive: true });

const VERSIONS: readonly JsonObject[] = [
  { events: '3.7', edge: '2.9' },
  { events: '4.0', edge: '2.10' },
  { events: '4.3', edge: '2.15' },
];
const CONNECTIONS: Readonly<Record<string, JsonObject>> = {
  main: { type: 'rabbitmq', url: 'amqp://localhost:1' },
  events: { type: 'kafka', bootstrap: ['localhost:1'] },
  edge: { type: 'nats', servers: ['nats://localhost:1'] },
};

test.each(VERSIONS)('the examples have no finding, with %o and in any environment', (versions) => {
  const brokers = Object.fromEntries(
    Object.entries(CONNECTIONS).map(([name, one]) => [
      name,
      { ...one, ...(versions[name] !== undefined && { 'target-version': versions[name] }) },
    ]),
  );
  const config = { project: 'examples', brokers, environments: { production: {}, local: {} } };
  writeFileSync(join(folder, 'brokerform.yaml'), printJson(config));
  for (const environment of [undefined, 'production', 'local']) {
    const { diagnostics, brokers: declared } = check({
      directory: folder,
      ...(environment !== undefined && { environment }),
      env: {},
    });
    expect(diagnostics).toEqual([]);
    for (const { desired } of declared.values()) expect(desired.length).toBeGreaterThan(5);
  }
});
