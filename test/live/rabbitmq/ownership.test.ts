import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import amqp, { type ChannelModel } from 'amqplib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

const DECLARED = {
  exchanges: { events: { type: 'topic' }, spread: { type: 'x-modulus-hash' } },
  queues: { orders: { bindings: [{ from: 'events', key: 'order.#' }] } },
  policies: {
    shards: {
      pattern: '^spread$',
      'apply-to': 'exchanges',
      definition: { 'shards-per-node': 2, 'routing-key': 'k' },
    },
  },
};

eachLine('what plug-ins and clients made on RabbitMQ %s', (shared) => {
  let project: CliProject;
  let client: ChannelModel;
  let downstream: string;

  beforeEach(async () => {
    project = new CliProject(shared);
    downstream = `${project.vhost}-downstream`;
    project.declare(DECLARED);
    await project.expectFinished();
    await federate(project, downstream, shared.url);
    client = await amqp.connect(`${shared.url}/${project.vhost}`);
    const channel = await client.createChannel();
    await channel.assertQueue('worker-1', { exclusive: true, durable: false });
    await channel.bindQueue('worker-1', 'events', 'control');
    // `federation: events → …`, two of `sharding: spread - …`, and the worker's.
    await vi.waitFor(async () => expect(await project.queues()).toHaveLength(5), 20_000);
    await vi.waitFor(async () => expect(await project.bindings()).toHaveLength(6), 20_000);
  });
  afterEach(async () => {
    await client.close();
    await project.broker.delete('vhosts', downstream);
    await project.remove();
  });

  test('is no drift, is not pruned, and is not imported', async () => {
    const before = [await project.queues(), await project.bindings()];
    const drift = await project.expectRun(0, 'drift');
    expect(drift.stdout).not.toContain('unmanaged');
    await project.expectRun(0, 'apply', '--prune', '--auto-approve');
    expect([await project.queues(), await project.bindings()]).toEqual(before);

    await project.expectRun(0, 'import', '--out', 'imported');
    expect(imported(project)).not.toMatch(/^[^#].*(federation:|sharding:|worker-1)/m);
    expect(imported(project)).toMatch(/^# left out: .* they belong to the broker, a plug-in or a client$/m);
    project.configure({ topologies: [`imported/${project.vhost}.yaml`] });
    await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');

    project.configure();
    project.declare(DECLARED, { retired: [project.address('queue', 'worker-1')] });
    const { stdout } = await project.expectRun(3, 'plan');
    expect(stdout).toContain('refused: it belongs to the connection that declared it');
  });

  test('what is ignored is left alone as well, with its bindings', async () => {
    const { broker, vhost } = project;
    await broker.put(['queues', vhost, 'celeryev.1'], { durable: false, auto_delete: true });
    const path = ['bindings', vhost, 'e', 'events', 'q', 'celeryev.1'];
    await broker.request('POST', path, { routing_key: 'worker.#', arguments: {} });
    expect((await project.expectRun(2, 'drift')).stdout).toContain('2 unmanaged');
    project.configure({ ignore: { main: [`queue/${vhost}/celeryev.*`] } });
    await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');
    await project.expectRun(0, 'import', '--out', 'imported');
    expect(imported(project)).not.toMatch(/^[^#].*celeryev/m);
    expect(imported(project)).toContain(
      '# left out: 1 × binding, 1 × queue: the configuration ignores them\n',
    );
  });
});

/** All files that import wrote: what was left out is told at the top of the first. */
function imported({ folder }: CliProject): string {
  const directory = join(folder, 'imported');
  return readdirSync(directory)
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('');
}

/** Federates `events` of the project's vhost to another vhost: the plug-in makes a queue and an exchange upstream. */
async function federate({ broker, vhost }: CliProject, downstream: string, url: string): Promise<void> {
  await broker.put(['vhosts', downstream], {});
  await broker.put(['exchanges', downstream, 'events'], { type: 'topic', durable: true });
  await broker.put(['queues', downstream, 'copies'], { durable: true });
  const path = ['bindings', downstream, 'e', 'events', 'q', 'copies'];
  await broker.request('POST', path, { routing_key: '#', arguments: {} });
  const value = { uri: `${url}/${encodeURIComponent(vhost)}` };
  await broker.put(['parameters', 'federation-upstream', downstream, 'up'], { value });
  await broker.put(['policies', downstream, 'federated'], {
    pattern: '^events$',
    'apply-to': 'exchanges',
    definition: { 'federation-upstream-set': 'all' },
  });
}
