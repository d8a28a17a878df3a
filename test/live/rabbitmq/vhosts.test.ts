import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

eachLine('vhosts on RabbitMQ %s', (broker, line) => {
  let project: CliProject;

  beforeEach(() => {
    project = new CliProject(broker);
  });
  afterEach(async () => {
    // The broker of the old line knows no protection, and answers 405.
    const path = ['vhosts', project.vhost, 'deletion', 'protection'];
    await project.broker.request('DELETE', path).catch(() => {});
    await project.remove();
  });

  test('a protected vhost is kept until its protection is off', async () => {
    project.configure({ owns: {} });
    project.declare({ 'deletion-protection': true });
    if (line === 'old') {
      const { stdout } = await project.expectRun(3, 'plan');
      expect(stdout).toContain('RabbitMQ before 4.0 cannot protect a vhost from deletion');
      project.declare({ 'deletion-protection': false });
      return project.expectFinished();
    }
    await project.expectFinished();
    const retired = [`main/vhost/${project.vhost}`];
    project.write('topology.yaml', { retired });
    const refused = await project.expectRun(3, 'plan');
    expect(refused.stdout).toContain('refused: the vhost is protected from deletion');
    project.declare({ 'deletion-protection': false });
    await project.expectFinished();
    project.write('topology.yaml', { retired });
    await project.expectRun(
      0,
      'apply',
      '--auto-approve',
      '--allow',
      `destructive:main/vhost/${project.vhost}`,
    );
  });

  test('a default type that comes later replaces no queue', async () => {
    const queues = { old: { 'max-length': 5 } };
    project.declare({ queues });
    await project.expectFinished();
    const changed = { 'default-queue-type': 'quorum', queues: { ...queues, new: { 'max-length': 5 } } };
    // 3.10 cannot change the default of a vhost that exists: as if it had been so from the start.
    if (line === 'old') await project.broker.delete('vhosts', project.vhost);
    if (line === 'old') await project.broker.put(['vhosts', project.vhost], { defaultqueuetype: 'quorum' });
    const args = { 'x-queue-type': 'classic', 'x-max-length': 5 };
    if (line === 'old')
      await project.broker.put(['queues', project.vhost, 'old'], { durable: true, arguments: args });
    project.declare(changed);
    const { stdout } = await project.expectRun(2, 'plan', '--detailed-exitcode');
    expect(stdout).toContain(`type quorum: default of vhost ${project.vhost}`);
    expect(stdout).not.toContain('-/+');
    await project.expectFinished();
    const listed = await project.broker.get('queues', project.vhost);
    expect(Object.fromEntries(listed.map(({ name, type }) => [name, type]))).toEqual({
      old: 'classic',
      new: 'quorum',
    });
  });
});
