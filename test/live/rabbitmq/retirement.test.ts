import { afterEach, beforeEach, expect, test } from 'vitest';
import { variable } from '../cli-folder.ts';
import { CliProject, eachLine } from './cli-project.ts';

eachLine('what a retired resource takes along on RabbitMQ %s', (broker) => {
  let project: CliProject;
  let user: string;

  beforeEach(async () => {
    project = new CliProject(broker);
    user = `${project.vhost}-b`;
    project.configure({ owns: {} });
    const rights = { configure: '', write: '', read: '.*' };
    const body = { limits: { 'max-connections': 9 }, permissions: { [user]: rights } };
    project.set({ PASSWORD: 'correct horse' });
    const users = { [user]: { password: variable('PASSWORD'), tags: [] } };
    project.declare(
      {
        ...body,
        exchanges: { events: { type: 'fanout' } },
        queues: { work: { bindings: [{ from: 'amq.topic', key: 'k' }] } },
      },
      { users },
    );
    await project.expectFinished();
    await project.publish('work');
  });
  afterEach(async () => {
    await project?.remove();
    await project.broker.delete('users', user);
  });

  test('a user is retired with its permissions, once', async () => {
    project.declare({ queues: { work: {} } }, { retired: [`main/user/${user}`] });
    const { stdout } = await project.expectRun(0, 'plan');
    expect(stdout).toContain('also removes 1 permission');
    await project.expectFinished('--allow', 'destructive:**');
    await expect(project.broker.get('users', user)).rejects.toThrow('404');
  });

  test('a user is pruned with its permissions, also where these are owned', async () => {
    const v = project.vhost;
    project.configure({ owns: { main: [`user/${v}-*`, `permission/${v}/*`] } });
    project.declare({ queues: { work: {} } });
    await project.expectRun(0, 'apply', '--auto-approve', '--prune');
    await project.expectRun(0, 'plan', '--prune', '--detailed-exitcode');
    await expect(project.broker.get('users', user)).rejects.toThrow('404');
  });

  test('a vhost that nobody owns names what is in it, and goes with it', async () => {
    const { vhost } = project;
    project.write('topology.yaml', { retired: [project.address('vhost')], rabbitmq: {} });
    const { stdout } = await project.expectRun(3, 'plan');
    expect(stdout).toContain('1 queue with 1 message, 0 consumers');
    expect(stdout).toMatch(/1 binding\b.*1 exchange\b.*2 permissions\b.*1 queue\b/);
    const report = await project.run('apply', '--auto-approve');
    expect([report.code, report.stderr]).toEqual([3, expect.stringContaining('blocked')]);
    await project.expectFinished('--allow', `destructive:${project.address('vhost')}`);
    await expect(project.broker.get('vhosts', vhost)).rejects.toThrow('404');
  });
});
