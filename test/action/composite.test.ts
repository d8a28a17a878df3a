import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { mainArguments } from '../cli/run-process.ts';
import { Artifacts, runAction } from './composite.ts';
import { BOT, GitHub, REPOSITORY } from './github.ts';
import { Runner } from './step.ts';

// The whole action, from a pull request to the merge, on a real broker.

const broker = inject('rabbitmq').current ?? inject('rabbitmq').old;
const github = new GitHub();
const runner = new Runner();
const artifacts = new Artifacts(runner);
const bin = join(runner.folder, 'bin');

const REVIEWED = 'b'.repeat(40);
const MERGED = 'a'.repeat(40);
const EVENT = {
  pull_request: { number: 7, head: { sha: REVIEWED, repo: { full_name: REPOSITORY } }, base: { sha: '' } },
};
const ARTIFACT = 'brokerform-plan-production';

beforeAll(async () => {
  await github.start();
  mkdirSync(bin);
  mkdirSync(join(runner.folder, 'topologies'));
  const real = [process.execPath, ...mainArguments([])].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'brokerform'), `#!/bin/sh\nexec ${real} "$@"\n`);
  chmodSync(join(bin, 'brokerform'), 0o755);
  runner.file(
    'brokerform.yaml',
    JSON.stringify({
      project: 'shop-action',
      brokers: {
        main: { type: 'rabbitmq', url: '${RABBITMQ_URL}', management: '${RABBITMQ_MANAGEMENT_URL}' },
      },
      owns: { main: ['queue/action/*'] },
      environments: { production: {} },
    }),
  );
});
beforeEach(() => {
  github.reset();
  declare({ orders: { type: 'classic' } });
});
afterAll(async () => {
  await manage('DELETE', 'vhosts/action');
  await github.stop();
  runner.remove();
});

function declare(queues: object): void {
  runner.file('topologies/shop.yaml', JSON.stringify({ rabbitmq: { vhost: 'action', queues } }));
}

async function manage(method: string, path: string, body?: object): Promise<void> {
  await fetch(`${broker?.management}/api/${path}`, {
    method,
    headers: { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  }).catch(() => {});
}

function run(inputs: Record<string, string>, id: string, event: object = EVENT) {
  const env = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    HOME: runner.folder,
    GITHUB_API_URL: github.url,
    GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_SHA: MERGED,
    GITHUB_RUN_ID: id,
    RABBITMQ_URL: broker?.url ?? 'amqp://127.0.0.1:1',
    RABBITMQ_MANAGEMENT_URL: broker?.management ?? 'http://127.0.0.1:1',
  };
  // What was stored can be found, as GitHub lists it.
  const repo = `/repos/${REPOSITORY}`;
  for (const one of ['100', '101', '200']) {
    github.lists.set(`${repo}/actions/runs/${one}/artifacts`, {
      key: 'artifacts',
      items: () => (artifacts.has(one, ARTIFACT) ? [{ name: ARTIFACT, expired: false }] : []),
    });
  }
  const merged = { number: 7, merged_at: 'now', merge_commit_sha: MERGED, head: { sha: REVIEWED } };
  github.lists.set(`${repo}/commits/${MERGED}/pulls`, { items: () => [merged] });
  const head_repository = { full_name: REPOSITORY };
  github.lists.set(`${repo}/actions/runs`, {
    key: 'workflow_runs',
    items: () => [100, 101].map((id) => ({ id, head_sha: REVIEWED, head_repository })),
  });
  return runAction(runner, artifacts, { env: 'production', install: 'none', ...inputs }, env, event);
}

describe.skipIf(!broker)('from a pull request to the merge', () => {
  test('the plan is commented and stored, and the merge applies it', async () => {
    const planned = await run({ command: 'plan' }, '100');
    expect(planned.conclusion, planned.log).toBe('success');
    expect(Object.keys(planned.steps)).toEqual([
      'Check the inputs',
      'Locate brokerform',
      'Install brokerform',
      'Run brokerform',
      'Store the plan',
      'Comment on the pull request',
      'End as brokerform ended',
    ]);
    expect(planned.outputs).toMatchObject({ 'has-changes': 'true', risk: 'safe', 'exit-code': '0' });
    expect(github.comments.map(({ user }) => user.login)).toEqual([BOT]);
    expect(github.comments[0]?.body).toContain('queue orders');

    const applied = await run({ command: 'apply' }, '200', {});
    expect(applied.conclusion, applied.log).toBe('success');
    expect(applied.steps).toHaveProperty('Fetch the stored plan', 0);
    expect(applied.log).toContain('2 applied');
    expect(artifacts.has('200', `${ARTIFACT}-report`)).toBe(true);

    const drift = await run({ command: 'drift' }, '200', {});
    expect(drift).toMatchObject({ conclusion: 'success', outputs: { 'has-changes': 'false' } });
  });

  test('a blocked plan is commented and stored, and fails the job; with its key it goes on', async () => {
    await manage('PUT', 'queues/action/orders', { durable: true, arguments: { 'x-queue-type': 'classic' } });
    await manage('POST', 'exchanges/action/amq.default/publish', {
      properties: { delivery_mode: 2 },
      routing_key: 'orders',
      payload: 'x',
      payload_encoding: 'string',
    });
    declare({ orders: { type: 'quorum' } });
    const blocked = await run({ command: 'plan' }, '100');
    expect(blocked.conclusion).toBe('failure');
    expect(blocked.steps).toMatchObject({ 'Comment on the pull request': 0, 'End as brokerform ended': 3 });
    expect(blocked.outputs).toMatchObject({ risk: 'blocked', 'exit-code': '3' });
    expect(github.comments[0]?.body).toContain('Blocked');
    expect(github.comments[0]?.body).toContain('exit code 3');

    const allowed = await run({ command: 'plan', allow: 'destructive:main/queue/action/orders' }, '101');
    expect(allowed.conclusion, allowed.log).toBe('success');
    expect(allowed.outputs.risk).toBe('destructive');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).not.toContain('exit code 3');

    // Somebody was faster.
    await manage('DELETE', 'queues/action/orders');
    await manage('PUT', 'queues/action/orders', { durable: true, arguments: { 'x-max-length': 5 } });
    const stale = await run({ command: 'apply' }, '200', {});
    expect(stale.conclusion).toBe('failure');
    expect(stale.outputs['exit-code']).toBe('4');
    expect(stale.log).toMatch(/^::error title=brokerform apply::exit code 4: .*Plan the branch anew/m);
  });
});

describe('without a broker', () => {
  test('wrong inputs fail before anything is done', async () => {
    const { conclusion, steps, outputs } = await run({ command: 'destroy' }, '100');
    expect(conclusion).toBe('failure');
    expect(steps).toEqual({ 'Check the inputs': 64 });
    expect(outputs['exit-code']).toBe('');
  });

  test('what is wrong in the YAML is annotated, commented, and fails the job', async () => {
    runner.file('topologies/shop.yaml', 'rabbitmq:\n  queue: {}\n');
    const { conclusion, steps, log } = await run({ command: 'plan', comment: 'true' }, '100');
    expect(conclusion).toBe('failure');
    expect(steps).toMatchObject({ 'Comment on the pull request': 0, 'End as brokerform ended': 65 });
    expect(steps).not.toHaveProperty('Store the plan');
    expect(log).toMatch(/^::error .*file=topologies\/shop\.yaml,line=2/m);
    expect(github.comments[0]?.body).toContain('queue');
  });

  test('findings go to code scanning where that is asked for, and never from forks', async () => {
    const inputs = { command: 'validate', sarif: 'true' };
    expect((await run(inputs, '100')).steps).toHaveProperty('Upload findings to code scanning');
    expect((await run({ command: 'validate' }, '100')).steps).not.toHaveProperty(
      'Upload findings to code scanning',
    );
    const { pull_request } = EVENT;
    const fork = {
      pull_request: { ...pull_request, head: { sha: REVIEWED, repo: { full_name: 'mallory/shop' } } },
    };
    const { steps, conclusion } = await run(inputs, '100', fork);
    expect(conclusion).toBe('success');
    expect(steps).not.toHaveProperty('Upload findings to code scanning');
  });

  test('an apply that finds no plan applies nothing', async () => {
    github.intercept = ({ path }) =>
      path.endsWith('/artifacts') ? { status: 200, body: { artifacts: [] } } : undefined;
    const { conclusion, steps, outputs } = await run({ command: 'apply' }, '200', {});
    expect(conclusion).toBe('failure');
    expect(steps).toHaveProperty('Find the stored plan', 4);
    expect(steps).not.toHaveProperty('Run brokerform');
    expect(outputs['exit-code']).toBe('4');
  });
});
