import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine, manyQueues } from './cli-project.ts';

eachLine('rights on RabbitMQ %s', (broker) => {
  const user = `days-rights-${process.pid}`;
  let project: CliProject;

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(async () => {
    await project.broker.delete('users', user);
    await project?.remove();
  });

  /** From now on brokerform is this user. */
  async function become(tags: string, rights?: { configure: string; write: string; read: string }) {
    await project.broker.put(['users', user], { password: 'pass word/1', tags });
    if (rights) await project.broker.put(['permissions', project.vhost, user], rights);
    const login = (text: string) => text.replace(/\/\/(.*@)?/, `//${user}:pass%20word%2F1@`);
    project.set({ URL: login(broker.url), MANAGEMENT: login(broker.management) });
  }

  const topology = {
    exchanges: { events: { type: 'topic' } },
    queues: { orders: { type: 'quorum', 'max-length': 10, bindings: [{ from: 'events', key: 'order.#' }] } },
  };

  test('the tag "management" is enough to plan queues, exchanges and bindings', async () => {
    await become('management', { configure: '', write: '', read: '' });
    project.declare(topology);
    const { stdout, stderr } = await project.expectRun(2, 'plan', '--detailed-exitcode', '--prune');
    expect([stdout, stderr]).toEqual([expect.stringContaining('3 safe'), '']);
    project.set({ URL: broker.url, MANAGEMENT: broker.management });
    await project.expectFinished();
    await become('management', { configure: '', write: '', read: '' });
    await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');
  });

  test('with permissions in the vhost it is enough to apply them', async () => {
    await become('management', { configure: '.*', write: '.*', read: '.*' });
    project.declare(topology);
    await project.expectFinished();
    expect(await project.bindings()).toEqual(['events → orders order.#']);
  });

  test('no tag at all: one line that names it', async () => {
    await become('');
    project.declare(topology);
    const { stdout, stderr } = await project.expectRun(1, 'plan');
    expect(stdout).toBe('');
    expect(stderr).toContain('needs the tag "management"');
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  test('a vhost that exists and is hidden from the user is unknown, not absent', async () => {
    await become('policymaker');
    project.configure({ owns: { main: ['vhost-limits/*'] } });
    for (const body of [{}, { limits: { 'max-queues': 7 } }]) {
      project.declare(body);
      const { stdout, stderr } = await project.expectRun(1, 'plan');
      expect(stdout).toBe('');
      expect(stderr).toContain(`may not see vhost "${project.vhost}"`);
      expect(stderr).toContain(`needs a permission in vhost "${project.vhost}"`);
    }
    // What is in a retired vhost takes more rights to read, and any of the requests may be refused first.
    project.write('topology.yaml', { rabbitmq: {}, retired: [project.address('vhost')] });
    const { stdout, stderr } = await project.expectRun(1, 'plan');
    expect([stdout, stderr]).toEqual(['', expect.stringContaining(' needs ')]);
  });

  test('no permission in the vhost: named, with the vhost', async () => {
    await become('management');
    project.declare(topology);
    const { stderr } = await project.expectRun(1, 'plan');
    expect(stderr).toMatch(/permission/);
    expect(stderr).toContain(project.vhost);
  });

  test('policies need "policymaker", users "administrator": each is named', async () => {
    await become('management', { configure: '.*', write: '.*', read: '.*' });
    const policies = {
      limit: { pattern: '^orders$', 'apply-to': 'queues', definition: { 'max-length': 10 } },
    };
    project.declare({ ...topology, policies });
    const forPolicies = await project.run('apply', '--auto-approve', '--allow', 'destructive:**');
    expect([forPolicies.code, forPolicies.stdout + forPolicies.stderr]).toEqual([
      expect.toBeOneOf([1, 5]),
      expect.stringContaining('policymaker'),
    ]);
    project.declare(topology, { users: { [`${user}-app`]: { tags: [] } } });
    const forUsers = await project.expectRun(1, 'plan');
    expect(forUsers.stderr).toContain('administrator');
  });

  test('a right that is missing only to apply: refused for each in the broker’s words', async () => {
    await become('management', { configure: '^q[0-4]$', write: '.*', read: '.*' });
    project.declare({ queues: manyQueues(8) });
    await project.expectRun(
      5,
      'apply',
      '--auto-approve',
      '--on-error',
      'continue',
      '--report',
      'report.json',
    );
    expect(project.statuses()).toEqual({ applied: 10, failed: 3, 'not-started': 3 });
    const refused = project.report().steps.filter(({ status }) => status === 'failed');
    for (const { title, failure } of refused) {
      expect([title, failure?.message]).toEqual([
        expect.stringMatching(/^queue q[567]$/),
        expect.stringMatching(/refused/),
      ]);
    }
    await become('management', { configure: '.*', write: '.*', read: '.*' });
    await project.expectFinished();
  });

  test('a binding that is refused: the rest is done, and a later apply finishes', async () => {
    const { broker: management, vhost } = project;
    await management.put(['exchanges', vhost, 'secret-events'], { type: 'topic', durable: true });
    const rights = { configure: '^q', write: '^q', read: '^(q|amq.topic)' };
    await become('management', rights);
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

    await become('management', { ...rights, read: '.*' });
    await project.expectFinished();
    expect(await project.bindings()).toHaveLength(3);
  });
});
