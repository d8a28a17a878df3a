import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { ApplyReport, Plan, Snapshot } from '../../src/model/index.ts';
import { type ProcessSurroundings, runProcess } from './run-process.ts';

const broker = inject('rabbitmq').current ?? inject('rabbitmq').old;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
});
afterEach(async () => {
  await manage('DELETE', 'vhosts/cli');
  await rm(folder, { recursive: true, force: true });
});

async function manage(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${broker?.management}/api/${path}`, {
    method,
    headers: { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function countQueues(): Promise<number> {
  const response = await manage('GET', 'queues/cli?disable_stats=true');
  return response.ok ? ((await response.json()) as unknown[]).length : 0;
}

function cli(line: string, more: Pick<ProcessSurroundings, 'interruptOnce'> = {}) {
  const env = { BROKER: broker?.url ?? '', MANAGEMENT: broker?.management ?? '' };
  return runProcess(line.split(' '), { cwd: folder, env, ...more });
}

/** A project of queues in a vhost of its own. */
async function declare(queues: Record<string, object>): Promise<void> {
  await write('brokerform.yaml', {
    project: 'shop-cli',
    topologies: ['topology.yaml'],
    brokers: { main: { type: 'rabbitmq', url: variable('BROKER'), management: variable('MANAGEMENT') } },
    owns: { main: ['queue/cli/*'] },
  });
  await write('topology.yaml', { rabbitmq: { vhost: 'cli', queues } });
}

const variable = (name: string) => `\${${name}}`;

function write(name: string, data: object): Promise<void> {
  return writeFile(join(folder, name), JSON.stringify(data));
}

async function readReport(name: string): Promise<ApplyReport> {
  return JSON.parse(await readFile(join(folder, name), 'utf8'));
}

describe.skipIf(!broker)('the command line on a real broker', () => {
  test('after a rename, plan --base tells that the old queue stays bound and what it holds', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
    const bound = { 'max-length': 10, bindings: [{ from: 'amq.topic', key: 'order.#' }] };
    await declare({ sms: bound, idle: { 'max-length': 10 }, 'never-applied': { 'max-length': 10 } });
    expect((await cli('apply --auto-approve --exclude **/never-applied')).code).toBe(0);
    git('init', '--quiet');
    git('add', '--all');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message', 'a');
    await manage('POST', 'exchanges/cli/amq.topic/publish', {
      properties: {},
      routing_key: 'order.1',
      payload: 'x',
      payload_encoding: 'string',
    });
    await declare({ texts: bound });
    const { code, stdout } = await cli('plan --base HEAD --format json --out p.json');
    expect(code).toBe(0);
    const { base, ...plan }: Plan = JSON.parse(stdout);
    const left = base?.undeclared.map(({ address, still, dependents }) => [
      address,
      still,
      dependents?.length,
    ]);
    expect(left).toEqual([
      ['main/queue/cli/sms', 'still bound to amq.topic (key order.#); messages keep arriving', 1],
      ['main/queue/cli/idle', undefined, undefined],
    ]);
    expect(base?.undeclared[0]?.affected?.text).toMatch(/^1 ready, 0 unack/);
    expect(base?.effects.map(({ text }) => text)).toEqual(['now also reaches queue texts']);
    // The plan is the one that would be made without.
    const { base: none, ...alone }: Plan = JSON.parse((await cli('plan --format json')).stdout);
    expect([none, alone]).toEqual([undefined, { ...plan, createdAt: alone.createdAt }]);
    expect((await cli('show p.json --format markdown')).stdout).toContain('#### No longer declared');
    expect((await cli('apply p.json')).code).toBe(0);
  });

  test('all brokers are imported at once, and a part of them; a slip in a target is told', async () => {
    await declare({ orders: { 'max-length': 10 }, tmp: { 'max-length': 10 } });
    expect((await cli('apply --auto-approve')).code).toBe(0);
    const one = { type: 'rabbitmq', url: variable('BROKER'), management: variable('MANAGEMENT') };
    await write('brokerform.yaml', { project: 'shop', topologies: ['*.yaml'], brokers: { a: one, b: one } });
    const imported = await cli('import --target */queue/cli/* --exclude **/tmp --format snapshot --out s');
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    const { brokers } = JSON.parse(await readFile(join(folder, 's/snapshot.json'), 'utf8'));
    const found = brokers.map(({ broker: { name }, resources }: Snapshot) => [
      name,
      resources.map(({ address }) => address),
    ]);
    expect(found).toEqual([
      ['a', ['a/queue/cli/orders']],
      ['b', ['b/queue/cli/orders']],
    ]);
    const yaml = await cli('import --target a/*/cli/** --out y');
    const told = expect.stringMatching(/^\d+ findings? in what was imported/);
    expect(yaml).toMatchObject({ code: 0, stderr: told });
    expect((await cli('import --broker b --target b/queue/cli/slip')).code).toBe(64);
  });

  test('plan, apply, and no changes', async () => {
    await declare({ orders: { 'max-length': 10 } });
    expect((await cli('plan --out p.json --detailed-exitcode')).code).toBe(2);
    const applied = await cli('apply p.json --report r.json');
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout).toMatch(/^Apply shop-cli · .*\n2 applied\n$/);
    expect((await readReport('r.json')).steps.map(({ status }) => status)).toEqual(['applied', 'applied']);
    const again = await cli('plan --detailed-exitcode');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('No changes. 2 in sync');
    expect((await cli('apply p.json')).stdout).toContain('2 already done');
  });

  test('drift tells of what is changed and of what nobody declared', async () => {
    await declare({ orders: { 'max-length': 10 } });
    await cli('apply --auto-approve');
    expect((await cli('drift')).code).toBe(0);
    await manage('PUT', 'queues/cli/stranger', { durable: true });
    const drift = await cli('drift');
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain('UNMANAGED\n ?  main/queue/cli/stranger\n');
    expect((await cli('plan --detailed-exitcode')).code).toBe(0);
  });

  test('a stale plan exits with 4 and names each difference', async () => {
    await declare({ orders: { 'max-length': 10 } });
    await cli('plan --out p.json');
    await manage('PUT', 'vhosts/cli', {});
    await manage('PUT', 'queues/cli/orders', { durable: true });
    const { code, stderr } = await cli('apply p.json --report r.json');
    expect(code).toBe(4);
    expect(stderr).toContain('  main/queue/cli/orders: it was not there when the plan was made\n');
    expect(JSON.parse(await readFile(join(folder, 'r.json'), 'utf8')).failure.kind).toBe('stale-plan');
  });

  test('a blocked plan exits with 3, applied or not, and its key opens it', async () => {
    await declare({ orders: { type: 'classic' } });
    await cli('apply --auto-approve');
    const message = { properties: {}, routing_key: 'orders', payload: 'x', payload_encoding: 'string' };
    await manage('POST', 'exchanges/cli/amq.default/publish', message);
    await declare({ orders: { type: 'quorum' } });
    const planned = await cli('plan --out p.json');
    expect(planned.code).toBe(3);
    expect(planned.stdout).toContain('BLOCKED\n-/+ queue orders  vhost cli');
    expect((await cli('apply p.json')).code).toBe(3);
    expect((await cli('apply --auto-approve')).code).toBe(3);
    const key = /--allow '([^']+)'/.exec(planned.stdout)?.[1];
    const allowed = await cli(`apply --auto-approve --allow ${key}`);
    expect(allowed.stdout).toMatch(/\n1 applied\n$/);
    expect(allowed.code).toBe(0);
  });

  test('SIGINT in the middle: what is done is reported, and the next apply does the rest', async () => {
    const names = Array.from({ length: 1500 }, (_, i) => `q${i}`);
    await declare(Object.fromEntries(names.map((name) => [name, { 'max-length': 1 }])));
    // Between the plan and the first call an interrupt ends the command without a report.
    const interruptOnce = () => expect.poll(countQueues, { timeout: 60_000 }).toBeGreaterThan(0);
    const { code, signal, stdout } = await cli('apply --auto-approve --report r.json', { interruptOnce });
    expect([code, signal]).toEqual([130, null]);
    expect(stdout).toContain('interrupted by SIGINT');
    const report = await readReport('r.json');
    expect(report.interrupted).toBe('SIGINT');
    expect(report.steps).toHaveLength(1501);
    expect(report.steps.some(({ status }) => status === 'not-started')).toBe(true);
    expect((await cli('apply --auto-approve')).code).toBe(0);
    expect((await cli('plan')).stdout).toContain('No changes. 1,501 in sync');
  });

  test('doctor finds nothing wrong, and import writes what plans empty', async () => {
    await declare({ orders: { 'max-length': 10 } });
    await cli('apply --auto-approve');
    const { code, stdout } = await cli('doctor');
    expect(stdout).toMatch(/^main\n {2}ok /);
    expect(code).toBe(0);
    const [examined] = JSON.parse((await cli('doctor --format json')).stdout).brokers;
    expect(examined).toMatchObject({ broker: 'main', type: 'rabbitmq' });
    expect(examined.checks.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    const again = await cli('apply --auto-approve --format json');
    expect(JSON.parse(again.stdout)).toMatchObject({ brokerform: 'report', version: 2, steps: [] });
    expect(again.stderr).toContain('No changes.');
    await declare({ orders: { 'max-length': 'ten' } });
    const anyway = await cli('doctor');
    expect(anyway.stdout).toMatch(/^main\n {2}ok /);
    expect(anyway.stderr).toContain('brokerform validate');
    await declare({ orders: { 'max-length': 10 } });
    expect((await cli('import --format snapshot --out .')).stdout).toBe('wrote snapshot.json\n');
    expect((await cli('plan --against snapshot.json')).stdout).toContain('No changes.');
  });
});
