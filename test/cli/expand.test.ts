import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { folderOfFile } from '../setup/folder.ts';
import { runCli } from './run-cli.ts';

const CONFIG = `topologies: [t.yaml]
brokers:
  main: { type: rabbitmq, url: "amqp://localhost:1" }
  spare: { type: rabbitmq, url: "amqp://localhost:1" }
  edge: { type: nats, servers: ["nats://localhost:1"] }
`;
const TOPOLOGY = `patterns:
  prices: { kind: fan-out, on: main, subscribers: [cache] }
  # brokerform-ignore rabbitmq/ignored-overflow: shows how
  mail: { kind: work-queue, on: spare, with: { queue/mail.dead: { overflow: reject-publish-dlx } } }
  jobs: { kind: work-queue, on: edge }
  "a $\${x} \\e[2J": { kind: event-store, on: main, with: { "queue/*/*": { durable: true } } }
`;

const folder = folderOfFile({
  'brokerform.yaml': CONFIG,
  't.yaml': TOPOLOGY,
  'none/brokerform.yaml': `${CONFIG.replace('t.yaml', 'plain.yaml')}`,
  'none/plain.yaml': 'nats: { broker: edge, streams: { A: {} } }\n',
});

const cli = (...args: string[]) => runCli(args, { cwd: folder });

test('the topology of all patterns, a document each, with what is needed to paste it', async () => {
  const { code, stdout, stderr } = await cli('expand');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# pattern prices: fan-out on main, t.yaml:2:3',
    '# pattern mail: work-queue on spare, t.yaml:4:3',
    '# pattern jobs: work-queue on edge, t.yaml:5:3',
    '# pattern a $${x} \\x1b[2J: event-store on main, t.yaml:6:3',
    '# rabbitmq/unbounded-queue is intended: an event store keeps every event',
  ]);
  const [prices, mail, jobs, odd] = parseAllDocuments(stdout).map((document) => document.toJS());
  expect(prices.rabbitmq.broker).toBe('main');
  expect(mail.rabbitmq).toMatchObject({
    broker: 'spare',
    queues: { 'mail.dead': { overflow: 'reject-publish-dlx' } },
  });
  expect(jobs.nats).not.toHaveProperty('broker');
  expect(Object.values(odd.rabbitmq.queues)).toMatchObject([{ type: 'stream', durable: true }]);
});

test('one by name, also as JSON', async () => {
  const { stdout } = await cli('expand', 'pri*', '--format', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    brokerform: 'expand',
    version: 1,
    patterns: [{ name: 'prices', topology: { rabbitmq: { exchanges: { prices: { type: 'fanout' } } } } }],
  });
});

test('names that no pattern has, and a project without patterns', async () => {
  const unknown = await cli('expand', 'mial');
  expect(unknown.code).toBe(64);
  expect(unknown.stderr).toContain('there is no pattern mial');
  expect(unknown.stderr).toContain('did you mean mail?');
  const none = await cli('expand', '-C', 'none');
  expect(none.code).toBe(64);
  expect(none.stderr).toContain('the topology files have no patterns');
});

test('a comment above a pattern covers its resources', async () => {
  expect(await cli('validate', '--fail-on', 'info')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
});

test.each(['text', 'markdown', 'github', 'sarif', 'junit', 'gitlab'])(
  'findings and plans name the pattern: %s',
  async (format) => {
    writeFileSync(join(folder, 't.yaml'), TOPOLOGY.replace(/ {2}#.*\n/, ''));
    const found = await cli('validate', '--format', format);
    expect(found.stdout).toContain('from pattern mail');
    const plan = await cli('plan', '--against', 'none', '--format', format, '--allow', 'protected:**');
    // Formats of findings have none for safe changes.
    const isWhole = format === 'text' || format === 'markdown';
    expect(plan.stdout.includes('from pattern mail')).toBe(isWhole);
    writeFileSync(join(folder, 't.yaml'), TOPOLOGY);
  },
);

test('JSON has the pattern beside each place', async () => {
  const { stdout } = await cli(
    'plan',
    '--against',
    'none',
    '--target',
    'spare/queue/%2F/mail',
    '--format',
    'json',
  );
  const [step] = JSON.parse(stdout).waves.flat();
  expect(step.change.after.at).toEqual({ file: 't.yaml', line: 4, col: 3, pattern: 'mail' });
});
