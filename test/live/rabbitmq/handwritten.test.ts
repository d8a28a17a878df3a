import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

eachLine('a definitions file that a person wrote, and RabbitMQ %s imported', (broker, line) => {
  let project: CliProject;
  let user: string;

  beforeEach(() => {
    project = new CliProject(broker);
    user = `${project.vhost}-app`;
  });
  afterEach(async () => {
    await project.broker.delete('users', user);
    await project.remove();
  });

  /** Imports the file, and plans it against the broker that imported it. */
  async function importAndPlan(file: object) {
    project.write('definitions.json', file);
    const { stderr } = await project.expectRun(
      0,
      'import',
      '--from',
      'definitions.json',
      '--out',
      'imported',
    );
    project.configure({ topologies: ['imported/*.yaml'] });
    const { stdout } = await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');
    return { stdout, stderr };
  }

  test('all of it is read as the broker read it', async () => {
    const { vhost } = project;
    // 3.10 takes no queue or exchange that does not say these.
    const needed = line === 'old' ? { durable: true, auto_delete: false } : {};
    const file = {
      ...(line === 'old' && { rabbit_version: '3.10.8' }),
      vhosts: [{ name: vhost, ...(line === 'current' && { metadata: { default_queue_type: 'quorum' } }) }],
      users: [{ name: user, password: 'hunter2', tags: 'management' }],
      permissions: [{ user, vhost, configure: '', write: '.*', read: '.*' }],
      queues: [
        { name: 'left', vhost, ...needed },
        { name: 'beside', vhost, ...needed, type: 'quorum', arguments: { 'x-queue-type': 'classic' } },
        { name: 'quorum', vhost, ...needed, arguments: { 'x-queue-type': 'quorum', 'x-max-length': 9 } },
      ],
      exchanges: [
        { name: 'events', vhost, type: 'topic', ...needed, ...(line === 'old' && { internal: false }) },
      ],
      bindings: [
        { source: 'events', vhost, destination: 'left', destination_type: 'queue', routing_key: 'a.#' },
      ],
      policies: [{ name: 'p', vhost, pattern: '^l', definition: { 'max-length': 5 }, apply_to: 'queues' }],
    };
    await project.broker.request('POST', ['definitions'], file);
    const { stdout, stderr } = await importAndPlan(file);
    expect(stdout).toMatch(/No changes\. \d+ in sync/);
    expect(stderr).toMatch(
      /definitions\.json:1:\d+ warning .*queues\[1\]\.type: a broker does not look at it/,
    );
    expect(stderr).toContain('policies[0].apply_to: a broker does not look at it');
    expect(stderr).not.toContain('hunter2');
    expect(project.read(`imported/${vhost}.yaml`)).toContain('# not imported: definitions.json:1:');
  });
});
