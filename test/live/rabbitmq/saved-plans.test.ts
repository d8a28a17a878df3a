import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine, sharedBroker } from './cli-project.ts';

eachLine('a plan for RabbitMQ %s that no longer fits', (broker, line) => {
  let project: CliProject;

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  test('stale: nothing is applied, and each difference is named', async () => {
    const exchanges = { events: { type: 'topic' }, audit: { type: 'fanout' } };
    project.declare({ exchanges, queues: { old: { 'max-length': 10 } } });
    await project.expectFinished();
    project.declare(
      { exchanges: { events: exchanges.events }, queues: { fresh: {}, other: {} } },
      { retired: [project.address('queue', 'old'), project.address('exchange', 'audit')] },
    );
    await project.expectRun(0, 'plan', '--out', 'plan.json');

    // Somebody else was there: made one, changed one, bound another.
    const v = project.vhost;
    await project.broker.put(['queues', v, 'fresh'], { durable: true, arguments: { 'x-max-length': 5 } });
    await project.broker.delete('queues', v, 'old');
    await project.broker.put(['queues', v, 'old'], { durable: true, arguments: { 'x-max-length': 99 } });
    const { stdout, stderr } = await project.expectRun(4, 'apply', 'plan.json', '--report', 'report.json');
    expect(stdout).toBe('');
    expect(stderr).toContain('2 differences since it was created; nothing was applied');
    expect(stderr).toContain(`${project.address('queue', 'fresh')}: it was not there when the plan was made`);
    expect(stderr).toMatch(/\/old: changed since: .*x-max-length/);
    expect(JSON.parse(project.read('report.json')).failure.differences).toHaveLength(2);
    expect(await project.queues()).toEqual(['fresh', 'old']);
  });

  test('done by somebody else already: nothing is left to do', async () => {
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    const body = { durable: true, arguments: { 'x-max-length': 10 } };
    await project.broker.put(['queues', project.vhost, 'orders'], body);
    const { stdout } = await project.expectRun(0, 'apply', 'plan.json');
    expect(stdout).toContain('1 already done');
  });

  test('unrelated changes do not make it stale', async () => {
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    await project.broker.put(['queues', project.vhost, 'unrelated'], { durable: true });
    await project.expectRun(0, 'apply', 'plan.json');
  });

  test.skipIf(sharedBroker(line === 'old' ? 'current' : 'old').missing)(
    'of another cluster: refused, and both are named',
    async () => {
      const foreign = sharedBroker(line === 'old' ? 'current' : 'old');
      project.declare({ queues: { orders: { 'max-length': 10 } } });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      project.set({ URL: foreign.url, MANAGEMENT: foreign.management });
      const { stderr } = await project.expectRun(4, 'apply', 'plan.json');
      expect(stderr).toContain('main: plan is for rabbitmq "');
      expect(stderr).toContain('nothing was applied');
      project.set({ URL: broker.url, MANAGEMENT: broker.management });
      await project.expectRun(0, 'apply', 'plan.json');
    },
  );

  test('edited or cut off: refused', async () => {
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    const text = project.read('plan.json');
    project.write('edited.json', text.replaceAll('"x-max-length": 10', '"x-max-length": 11'));
    expect(project.read('edited.json')).not.toBe(text);
    project.write('cut.json', text.slice(0, text.length / 2));
    for (const name of ['edited.json', 'cut.json']) {
      const { stdout, stderr } = await project.expectRun(4, 'apply', name);
      expect([name, stdout, stderr]).toEqual([name, '', expect.stringContaining('nothing was applied')]);
    }
    expect(await project.queues()).toEqual([]);
  });

  test('blocked: all of it is shown, none of it is applied', async () => {
    project.declare({ queues: { orders: { type: 'classic' } } });
    await project.expectFinished();
    await project.publish('orders');
    project.declare({ queues: { orders: { type: 'quorum' }, more: { 'max-length': 10 } } });
    const planned = await project.expectRun(3, 'plan', '--out', 'plan.json');
    expect(planned.stdout).toContain('1 blocked · 1 safe');
    expect(planned.stdout).toMatch(/affected: 1 ready/);
    expect(planned.stdout).toContain(`--allow 'destructive:${project.address('queue', 'orders')}'`);
    const { stdout, stderr } = await project.expectRun(3, 'apply', 'plan.json');
    expect(stdout).toBe(planned.stdout);
    expect(stderr).toContain('nothing was applied');
    await project.expectRun(3, 'apply', '--auto-approve');
    // A key of another address opens nothing.
    await project.expectRun(3, 'apply', '--auto-approve', '--allow', 'destructive:main/queue/*/other');
    expect(await project.queues()).toEqual(['orders']);
  });
});
