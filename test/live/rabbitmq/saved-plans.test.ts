import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliProject, LINES, sharedBroker } from './cli-project.ts';

describe.each(LINES)('a plan for RabbitMQ %s that no longer fits', (line) => {
  const broker = sharedBroker(line);
  let project: CliProject;

  beforeEach(async () => {
    if (broker.missing) return;
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  test.skipIf(broker.missing)('stale: nothing is applied, and each difference is named', async () => {
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
    expect(stderr).toContain('2 differences. Nothing was applied');
    expect(stderr).toContain(`${project.address('queue', 'fresh')}: it was not there when the plan was made`);
    expect(stderr).toMatch(/\/old: changed since: .*x-max-length/);
    expect(JSON.parse(project.read('report.json')).failure.differences).toHaveLength(2);
    expect(await project.queues()).toEqual(['fresh', 'old']);
  });

  test.skipIf(broker.missing)('done by somebody else already: nothing is left to do', async () => {
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    const body = { durable: true, arguments: { 'x-max-length': 10 } };
    await project.broker.put(['queues', project.vhost, 'orders'], body);
    const { stdout } = await project.expectRun(0, 'apply', 'plan.json');
    expect(stdout).toContain('1 already done');
  });

  test.skipIf(broker.missing)('unrelated changes do not make it stale', async () => {
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    await project.broker.put(['queues', project.vhost, 'unrelated'], { durable: true });
    await project.expectRun(0, 'apply', 'plan.json');
  });

  test.skipIf(broker.missing || sharedBroker(line === 'old' ? 'current' : 'old').missing)(
    'of another cluster: refused, and both are named',
    async () => {
      const foreign = sharedBroker(line === 'old' ? 'current' : 'old');
      project.declare({ queues: { orders: { 'max-length': 10 } } });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      project.set({ URL: foreign.url, MANAGEMENT: foreign.management });
      const { stderr } = await project.expectRun(4, 'apply', 'plan.json');
      expect(stderr).toContain('main: the plan was made for rabbitmq "');
      expect(stderr).toContain('Nothing was applied');
      project.set({ URL: broker.url, MANAGEMENT: broker.management });
      await project.expectRun(0, 'apply', 'plan.json');
    },
  );

  test.skipIf(broker.missing)('edited or cut off: refused', async () => {
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    const text = project.read('plan.json');
    project.write('edited.json', text.replaceAll('"x-max-length": 10', '"x-max-length": 11'));
    expect(project.read('edited.json')).not.toBe(text);
    project.write('cut.json', text.slice(0, text.length / 2));
    for (const name of ['edited.json', 'cut.json']) {
      const { stdout, stderr } = await project.expectRun(4, 'apply', name);
      expect([name, stdout, stderr]).toEqual([name, '', expect.stringContaining('Nothing was applied')]);
    }
    expect(await project.queues()).toEqual([]);
  });

  test.skipIf(broker.missing)('blocked: all of it is shown, none of it is applied', async () => {
    project.declare({ queues: { orders: { type: 'classic' } } });
    await project.expectFinished();
    await project.publish('orders');
    project.declare({ queues: { orders: { type: 'quorum' }, more: { 'max-length': 10 } } });
    const planned = await project.expectRun(3, 'plan', '--out', 'plan.json');
    expect(planned.stdout).toContain('1 blocked · 1 safe');
    expect(planned.stdout).toMatch(/at stake: 1 ready/);
    expect(planned.stdout).toContain(`--allow 'destructive:${project.address('queue', 'orders')}'`);
    const { stdout, stderr } = await project.expectRun(3, 'apply', 'plan.json');
    expect(stdout).toBe(planned.stdout);
    expect(stderr).toContain('Nothing was applied');
    await project.expectRun(3, 'apply', '--auto-approve');
    // A key of another address opens nothing.
    await project.expectRun(3, 'apply', '--auto-approve', '--allow', 'destructive:main/queue/*/other');
    expect(await project.queues()).toEqual(['orders']);
  });
});

describe.each(LINES)('a queue of RabbitMQ %s that gets its first message between plan and apply', (line) => {
  const broker = sharedBroker(line);
  let project: CliProject;

  beforeEach(async () => {
    if (broker.missing) return;
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  const types = ['classic', 'quorum', 'stream'] as const;
  const others = { classic: 'quorum', quorum: 'classic', stream: 'classic' } as const;

  test.skipIf(broker.missing)('is not deleted, whatever its type', async () => {
    project.declare({ queues: Object.fromEntries(types.map((type) => [type, { type }])) });
    await project.expectFinished();
    project.declare({}, { retired: types.map((type) => project.address('queue', type)) });
    const planned = await project.expectRun(0, 'plan', '--out', 'plan.json');
    expect(planned.stdout).toContain('3 disruptive');
    for (const type of types) await project.publish(type);

    const { stdout } = await project.expectRun(
      1,
      'apply',
      'plan.json',
      '--on-error',
      'continue',
      '--report',
      'report.json',
    );
    expect(project.statuses()).toEqual({ failed: 3 });
    for (const type of types) {
      const step = project.report().steps.find(({ address }) => address.endsWith(`/${type}`));
      expect([type, step?.failure?.message]).toEqual([
        type,
        expect.stringMatching(/holds 1 message|in use|not empty/),
      ]);
    }
    expect(stdout).toContain('3 failed');
    expect(await project.queues()).toEqual([...types]);
    expect(await messagesOf('classic')).toBe(1);
    expect(await messagesOf('quorum')).toBe(1);
    // The next plan knows, and wants to be allowed.
    const next = await project.expectRun(3, 'plan');
    expect(next.stdout).toContain('3 blocked');
  });

  test.skipIf(broker.missing)('is not replaced, whatever its type', async () => {
    const declared = (type: (typeof types)[number], kind: string) => [
      type,
      { type: kind, bindings: [{ from: 'amq.topic', key: type }] },
    ];
    project.declare({ queues: Object.fromEntries(types.map((type) => declared(type, type))) });
    await project.expectFinished();
    project.declare({ queues: Object.fromEntries(types.map((type) => declared(type, others[type]))) });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    for (const type of types) await project.publish(type);

    await project.expectRun(1, 'apply', 'plan.json', '--on-error', 'continue', '--report', 'report.json');
    expect(project.statuses()).toEqual({ failed: 3 });
    const listed = await project.broker.get('queues', project.vhost);
    expect(listed.map(({ name, type }) => [name, type])).toEqual(types.map((type) => [type, type]));
    expect(await project.bindings()).toEqual(types.map((type) => `amq.topic → ${type} ${type}`));
    expect(await messagesOf('classic')).toBe(1);
    expect(await messagesOf('quorum')).toBe(1);

    // Allowed by name, it goes, and the bindings come back.
    const allow = `destructive:${project.address('queue', '')}**`;
    await project.expectRun(0, 'apply', '--auto-approve', '--allow', allow);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(await project.bindings()).toEqual(types.map((type) => `amq.topic → ${type} ${type}`));
  });

  /** Takes the messages and puts them back. */
  async function messagesOf(queue: string): Promise<number> {
    const body = { count: 10, ackmode: 'ack_requeue_true', encoding: 'auto' };
    const taken = await project.broker.request('POST', ['queues', project.vhost, queue, 'get'], body);
    return (taken as unknown[]).length;
  }
});

describe.each(LINES)('an apply to RabbitMQ %s that is refused in part', (line) => {
  const broker = sharedBroker(line);
  let project: CliProject;
  const user = `days-part-${process.pid}`;

  beforeEach(async () => {
    if (broker.missing) return;
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(async () => {
    if (!broker.missing) await project.broker.delete('users', user);
    await project?.remove();
  });

  test.skipIf(broker.missing)(
    'the rest is done, each refusal has its reason, and a later apply finishes',
    async () => {
      const { broker: management, vhost } = project;
      await management.put(['exchanges', vhost, 'secret-events'], { type: 'topic', durable: true });
      await management.put(['users', user], { password: 'pw', tags: 'management' });
      const rights = { configure: '^q', write: '^q', read: '^(q|amq.topic)' };
      await management.put(['permissions', vhost, user], rights);
      const login = (text: string) => text.replace(/\/\/(.*@)?/, `//${user}:pw@`);
      project.set({ URL: login(broker.url), MANAGEMENT: login(broker.management) });
      const bound = (from: string) => ({ 'max-length': 10, bindings: [{ from, key: 'k' }] });
      project.declare({
        exchanges: { 'secret-events': { type: 'topic' } },
        queues: { q1: bound('amq.topic'), q2: bound('secret-events'), q3: bound('amq.topic') },
      });

      const apply = ['apply', '--auto-approve', '--on-error', 'continue', '--report', 'report.json'];
      const { stdout } = await project.expectRun(5, ...apply);
      expect(stdout).toContain('5 applied · 1 failed');
      expect(project.statuses()).toEqual({ applied: 5, failed: 1 });
      const failed = project.report().steps.find(({ status }) => status === 'failed');
      expect(failed?.title).toBe('binding secret-events → q2');
      expect(failed?.failure?.message).toMatch(/access to exchange 'secret-events'.* refused/);
      expect(await project.bindings()).toEqual(['amq.topic → q1 k', 'amq.topic → q3 k']);

      await management.put(['permissions', vhost, user], { ...rights, read: '.*' });
      await project.expectFinished();
      expect(await project.bindings()).toHaveLength(3);
    },
  );
});
