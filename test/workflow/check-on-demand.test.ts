import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LOADERS } from '../../src/brokers/on-demand.ts';
import type { Checked } from '../../src/workflow/check.ts';
import { checkOnDemand } from '../../src/workflow/check-on-demand.ts';
import { check, providers } from '../../src/workflow/index.ts';

const root = mkdtempSync(join(tmpdir(), 'brokerform-'));
afterAll(() => rmSync(root, { recursive: true }));

const ALL = Object.keys(LOADERS);
const RABBIT = 'brokers: { main: { type: rabbitmq, url: "amqp://x", management: "http://x" } }\n';
const TWO = `brokers:
  main: { type: nats, servers: ["nats://x"] }
  bulk: { type: kafka, bootstrap: ["x:1"] }
`;
const QUEUE = 'rabbitmq: { queues: { orders: {} } }\n';

interface Files {
  readonly config?: string;
  readonly topology: string;
}

/** By what the project has: its files, and the providers that a check of it needs. */
const PROJECTS: Readonly<Record<string, readonly [Files, readonly string[]]>> = {
  'one broker': [{ config: RABBIT, topology: QUEUE }, ['rabbitmq']],
  'one broker and no resource': [
    { config: RABBIT, topology: 'retired: [main/queue/%2F/old]\n' },
    ['rabbitmq'],
  ],
  'two brokers': [
    { config: TWO, topology: 'nats: { streams: { S: { subjects: [s] } } }\n' },
    ['nats', 'kafka'],
  ],
  'no configuration': [{ topology: 'kafka: { topics: { orders: { partitions: 3 } } }\n' }, ['kafka']],
  'an unknown type': [{ config: 'brokers: { main: { type: kafkaa } }\n', topology: QUEUE }, ['rabbitmq']],
  'a section of another broker': [
    { config: RABBIT, topology: `${QUEUE}nats: { streams: { S: {} } }\n` },
    ['rabbitmq', 'nats'],
  ],
  mistakes: [
    { config: RABBIT, topology: 'rabbitmq: { queus: {}, queues: { a: { max-length: x } } }\n' },
    ['rabbitmq'],
  ],
  'a rule of its broker': [
    { config: `${RABBIT}lint: { rules: { rabbitmq/unbound-queue: off } }\n`, topology: QUEUE },
    ['rabbitmq'],
  ],
  'a rule of another broker': [
    { config: `${RABBIT}lint: { rules: { kafka/no-acl: off } }\n`, topology: QUEUE },
    ALL,
  ],
  'an unknown rule': [
    { config: RABBIT, topology: `# brokerform-ignore rabbitmq/unbond-queue: typo\n${QUEUE}` },
    ALL,
  ],
  'tests of its broker': [
    {
      config: RABBIT,
      topology: `${QUEUE}tests: [{ name: t, publish: { exchange: amq.direct, key: a }, unroutable: true }]\n`,
    },
    ['rabbitmq'],
  ],
  'tests of another broker': [
    { config: RABBIT, topology: `${QUEUE}tests: [{ name: t, publish: {}, expect: {} }, { name: u }]\n` },
    ALL,
  ],
  'a pattern of its broker': [
    { config: RABBIT, topology: 'patterns: { email: { kind: work-queue, retries: [1s] } }\n' },
    ['rabbitmq'],
  ],
  'a pattern of no broker': [
    {
      config: RABBIT,
      topology: 'patterns: { email: { kind: work-queue, retries: [1s] }, p: { kind: x } }\n',
    },
    ALL,
  ],
  'globs of addresses': [
    { config: `${RABBIT}protect: [main/queue/**, main/queu/%2F/x]\n`, topology: QUEUE },
    ['rabbitmq'],
  ],
  'an environment of another type': [
    {
      config: `${RABBIT}environments: { x: { brokers: { main: { type: nats, servers: ["nats://x"] } } } }\n`,
      topology: QUEUE,
    },
    ['rabbitmq', 'nats'],
  ],
};

test('every provider has a loader under its name, in the same order', async () => {
  expect(await Promise.all(Object.values(LOADERS).map((load) => load()))).toEqual(providers);
  expect(ALL).toEqual(providers.map(({ name }) => name));
});

test.each(Object.entries(PROJECTS))(
  'a project with %s is checked as with all brokers',
  async (name, [files, needed]) => {
    const directory = project(name, files);
    const loaded: string[] = [];
    const counting = Object.fromEntries(
      Object.entries(LOADERS).map(([name, load]) => [
        name,
        () => {
          loaded.push(name);
          return load();
        },
      ]),
    );
    const options = { directory, env: {} };
    const found = await checkOnDemand(options, counting);
    expect(said(found)).toEqual(said(check(options)));
    expect([...new Set(loaded)].sort()).toEqual([...needed].sort());
    for (const broker of found.configured.values()) expect(providers).toContain(broker.provider);
  },
);

test('an error of a check is no missing broker', async () => {
  const options = { directory: project('failing', { config: RABBIT, topology: QUEUE }), env: {} };
  const failing = { ...LOADERS, rabbitmq: () => Promise.reject(new Error('unreadable file')) };
  await expect(checkOnDemand(options, failing)).rejects.toThrow('unreadable file');
});

function project(name: string, { config, topology }: Files): string {
  const folder = join(root, name.replaceAll(' ', '-'));
  const files = { 'topologies/a.yaml': topology, ...(config !== undefined && { 'brokerform.yaml': config }) };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** All of a check but functions. */
function said({ project, diagnostics, accepted, brokers }: Checked) {
  const declared = [...brokers].map(([name, { desired, retired, assumed }]) => ({
    name,
    desired,
    retired,
    assumed,
  }));
  const { brokers: _, ...rest } = project;
  return { rest, diagnostics, accepted, declared };
}
