import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOfFile } from '../setup/folder.ts';
import { runCli } from './run-cli.ts';

const CONFIG = `
project: shop
topologies: [topology.yaml]
brokers:
  main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" }
  events: { type: kafka, bootstrap: ["localhost:1"] }
`;
const TOPOLOGY = `
rabbitmq:
  exchanges: { events: { type: topic }, nowhere: { type: topic } }
  queues: { orders: { bindings: [{ from: events, key: "#" }] } }
---
kafka:
  topics: { payments: { partitions: 3 } }
`;

const folder = folderOfFile({
  'brokerform.yaml': CONFIG,
  'topology.yaml': TOPOLOGY,
});

const cli = (...args: string[]) => runCli(args, { cwd: folder });

test('a topology as Mermaid, on the standard output and nothing else there', async () => {
  const { code, stdout, stderr } = await cli('graph');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^flowchart LR\n {2}%% topology of shop\n/);
  expect(stdout).toContain('n0 -->|"#35;"| n2');
});

test('the name of the file says the format, unless --format does', async () => {
  for (const [file, start] of [
    ['a.html', '<!doctype html>'],
    ['a.svg', '<svg '],
    ['a.gv', 'digraph {'],
    ['a.mmd', 'flowchart LR'],
  ] as const) {
    const { code, stdout, stderr } = await cli('graph', '--out', file);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `Wrote ${file}.\n` });
    expect(readFileSync(join(folder, file), 'utf8').startsWith(start)).toBe(true);
  }
  await cli('graph', '--format', 'dot', '--out', 'b.svg');
  expect(readFileSync(join(folder, 'b.svg'), 'utf8')).toMatch(/^digraph/);
});

test('--focus and --depth draw a part', async () => {
  const near = await cli('graph', '--focus', 'orders');
  expect(near.stdout).toContain('orders');
  expect(near.stdout).toContain('exchange #183; topic<br/>events');
  expect(near.stdout).not.toContain('payments');
  const alone = await cli('graph', '--focus', 'main/queue/%2F/*', '--depth', '0');
  expect(alone.stdout).toContain('orders');
  expect(alone.stdout).not.toContain('<br/>events');
});

test('a saved plan is drawn offline, with its changes told apart', async () => {
  await cli('plan', '--against', 'none', '--out', 'plan.json');
  const { code, stdout } = await cli('graph', 'plan.json');
  expect(code).toBe(0);
  expect(stdout).toContain('queue #183; classic<br/>orders<br/>#43; added');
  expect(stdout).toContain('n0 -->|"#43; added<br/>#35;"|');
});

describe('mistakes', () => {
  test.each([
    [['graph', 'plan.json', '--live'], '--live cannot be used with a plan file'],
    [['graph', '--depth', '2'], '--depth requires --focus'],
    [['graph', '--depth', 'x', '--focus', 'a'], 'It must be a whole number.'],
    [['graph', '--format', 'png'], 'Allowed choices are mermaid, dot, svg, html, json.'],
    [['graph', '--focus', 'ordres'], '--focus ordres matches nothing in the topology of shop'],
    [['graph', '--focus', 'main/queue/orders'], 'names in addresses are percent-encoded'],
    [['graph', '--live', '--focus', 'other/**'], 'no configured broker matches --focus'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('a plan that is not there, or is none', async () => {
    expect(await cli('graph', 'missing.json')).toMatchObject({ code: 65, stdout: '' });
    expect(await cli('graph', 'topology.yaml')).toMatchObject({ code: 4, stdout: '' });
  });

  test('a topology that cannot be read is told as validate tells it; findings are no hindrance', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'project: bad\ntopologies: [broken.yaml]\nbrokers: {}\n');
    writeFileSync(join(folder, 'broken.yaml'), 'rabbitmq: { queus: {} }\n');
    const { code, stderr } = await cli('graph', '--config', 'bad.yaml');
    expect(code).toBe(65);
    expect(stderr).toContain('broken.yaml:1:');
  });

  test('--live needs the brokers, and only those that --focus can mean', async () => {
    const { code, stderr } = await cli('graph', '--live', '--focus', 'events/**', '--timeout', '2s');
    expect(code).toBe(1);
    expect(stderr).toContain('events');
    expect(stderr).not.toContain('main');
  });
});
