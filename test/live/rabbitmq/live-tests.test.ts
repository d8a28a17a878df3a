import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

const BODY = {
  exchanges: {
    events: { type: 'topic', 'alternate-exchange': 'lost' },
    lost: { type: 'fanout' },
    retry: { type: 'direct' },
    dlx: { type: 'direct' },
  },
  queues: {
    orders: {
      ...{ type: 'quorum', 'message-ttl': '7d', 'dead-letter': { exchange: 'retry', 'routing-key': 'wait' } },
      bindings: [{ from: 'events', key: 'order.#' }],
    },
    wait: {
      ...{ 'message-ttl': '10m', 'dead-letter': { exchange: 'dlx', 'routing-key': 'failed' } },
      bindings: [{ from: 'retry', key: 'wait' }],
    },
    failed: { type: 'quorum', bindings: [{ from: 'dlx', key: 'failed' }] },
    limited: {
      ...{ type: 'quorum', 'delivery-limit': 2, 'dead-letter': { exchange: 'dlx', 'routing-key': 'failed' } },
      bindings: [{ from: 'events', key: 'limited' }],
    },
    round: {
      ...{ 'dead-letter': { exchange: 'events', 'routing-key': 'round' } },
      bindings: [{ from: 'events', key: 'round' }],
    },
    log: { type: 'stream', 'max-age': '30D', bindings: [{ from: 'events', key: '#' }] },
    unrouted: { 'auto-delete': true, bindings: [{ from: 'lost' }] },
  },
  policies: { ttl: { pattern: '^unr', 'apply-to': 'queues', definition: { 'message-ttl': '50ms' } } },
};

eachLine('tests on RabbitMQ %s', (shared) => {
  let project: CliProject;
  beforeEach(() => {
    project = new CliProject(shared);
  });
  afterEach(() => project?.remove());

  const write = (...tests: readonly object[]) => {
    const { vhost } = project;
    const named = tests.map((one, i) => {
      const { publish, ...rest } = one as { publish: object };
      return { name: `t${i}`, publish: { exchange: 'events', vhost, ...publish }, ...rest };
    });
    project.write('topology.yaml', { rabbitmq: { vhosts: { [vhost]: BODY } }, tests: named });
  };
  const scratch = async () =>
    (await project.broker.get('vhosts')).flatMap(({ name }) =>
      /^brokerform-test-/.test(String(name)) ? [name] : [],
    );

  test('the broker does what the tests expect, and nothing is left of them', async () => {
    write(
      { publish: { key: 'order.created' }, reaches: ['orders', 'log'] },
      {
        publish: { key: 'order.x' },
        'rejected-by': 'orders',
        'ends-in': 'failed',
        after: { tries: 1, delay: '10m' },
      },
      { publish: { key: 'limited' }, 'returned-by': 'limited', 'ends-in': 'failed', after: { tries: 3 } },
      { publish: { key: 'x', cc: ['limited'] }, includes: ['limited'], never: ['orders', 'failed'] },
      { publish: { exchange: '', key: 'unrouted' }, reaches: ['unrouted'] },
    );
    const { code, stdout, stderr } = await project.run('test', '--live');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '5 tests: 5 passed\n', stderr: '' });
    // Tests of the other suites may run at the same time, but not under this project's vhost.
    expect(await project.queues().catch(() => [])).toEqual([]);
  });

  test('what the broker does otherwise fails a test, with the declared way', async () => {
    write(
      { publish: { key: 'ordr.created' }, reaches: ['orders'] },
      { publish: { key: 'round' }, 'rejected-by': 'round', 'ends-in': 'failed' },
      { publish: { exchange: 'evnts', key: 'x' }, reaches: ['orders'] },
    );
    const { code, stdout } = await project.run('test', '--live');
    expect(code).toBe(3);
    expect(stdout).toContain('reaches: expected queue orders; got queue log: missing orders, unexpected log');
    expect(stdout).toContain('└─ key # → queue log (stream)');
    expect(stdout).toContain('ends-in: it has no end: round still got it after 20 deliveries');
    expect(stdout).toContain('hint: did you mean events?');
  });

  test('a run that is interrupted leaves nothing; what a killed one left is removed later', async () => {
    const old = `brokerform-test-${(Date.now() - 7_200_000).toString(36)}-0123abcd-0-keep`;
    await project.broker.put(['vhosts', old], {});
    write({ publish: { key: 'round' }, 'rejected-by': 'round', 'ends-in': 'failed' });
    const run = project.start('test', '--live');
    let seen: unknown[] = [];
    const made = async () => {
      seen = (await scratch()).filter((name) => name !== old);
      return seen.length;
    };
    const until = Date.now() + 20_000;
    while ((await made()) === 0 && Date.now() < until) await sleep(20);
    expect(seen).not.toEqual([]);
    run.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted by SIGINT')]);
    const left = await scratch();
    expect([old, ...seen].filter((name) => left.includes(name))).toEqual([]);
  });

  test('a user who may make no vhost is told which right is missing', async () => {
    const { broker, vhost } = project;
    await project.makeVhost();
    const user = `u-${vhost}`;
    await broker.put(['users', user], { password: 'p', tags: 'management' });
    await broker.put(['permissions', vhost, user], { configure: '.*', write: '.*', read: '.*' });
    write({ publish: { key: 'order.created' }, reaches: ['orders', 'log'] });
    const as = (url: string) => url.replace(/\/\/(?:[^@]*@)?/, `//${encodeURIComponent(user)}:p@`);
    project.set({ URL: as(shared.url), MANAGEMENT: as(shared.management) });
    const { code, stderr } = await project.run('test', '--live');
    await broker.delete('users', user);
    expect(code).toBe(1);
    expect(stderr).toContain('connect as a user with the tag administrator');
  });
});
