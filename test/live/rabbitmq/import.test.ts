import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

eachLine('what is live on RabbitMQ %s, as YAML and as files', (broker) => {
  let project: CliProject;

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
    await makeByHand(project);
  });
  afterEach(() => project?.remove());

  test('import: a person could have written it, and planning it is empty', async () => {
    const { vhost } = project;
    await project.expectRun(0, 'import', '--out', 'imported');
    const text = project.read(`imported/${vhost}.yaml`);
    expect(text).toContain('dead-letter');
    expect(text).toContain('message-ttl: 1m');
    expect(text).not.toContain('x-message-ttl');
    expect(text).toContain(
      '# brokerform-ignore rabbitmq/dead-letter-exchange-missing: so on the broker when it was imported\n',
    );
    project.configure({ topologies: [`imported/${vhost}.yaml`] });
    await project.expectRun(0, 'validate');
    const { stdout } = await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');
    expect(stdout).toMatch(/No changes\. 2\d in sync/);
    // Told twice, it would overwrite.
    await project.expectRun(65, 'import', '--out', 'imported');
  });

  test('init --from-live: what it writes can be planned at once', async () => {
    const { vhost } = project;
    project.set({ RABBITMQ_URL: broker.url, RABBITMQ_MANAGEMENT_URL: broker.management });
    mkdirSync(join(project.folder, 'fresh'));
    await project.expectRun(0, '-C', 'fresh', 'init', '--from-live');
    expect(project.read(`fresh/topologies/${vhost}.yaml`)).toContain(
      '# brokerform-ignore rabbitmq/dead-letter-exchange-missing: ',
    );
    project.configure({ topologies: [`fresh/topologies/${vhost}.yaml`] });
    await project.expectRun(0, 'plan', '--detailed-exitcode');
  });

  test('an import into an empty vhost makes the same again', async () => {
    const { vhost } = project;
    await project.expectRun(0, 'import', '--out', 'imported');
    project.configure({ topologies: [`imported/${vhost}.yaml`] });
    const before = [await project.queues(), await project.bindings()];
    await project.broker.delete('vhosts', vhost);
    await project.expectFinished();
    expect([await project.queues(), await project.bindings()]).toEqual(before);
  });

  test('plan --against a snapshot and a definitions file says what the live broker says', async () => {
    const { vhost } = project;
    await project.expectRun(0, 'import', '--format', 'snapshot', '--out', '.');
    const definitions = await project.broker.request('GET', ['definitions']);
    project.write('definitions.json', definitions);
    await project.expectRun(0, 'import', '--from', 'definitions.json', '--out', 'imported');
    project.configure({ topologies: [`imported/${vhost}.yaml`, 'topology.yaml'] });
    project.declare({});
    await project.expectRun(0, 'plan', '--detailed-exitcode');

    project.declare({
      queues: { more: { 'max-length': 10, bindings: [{ from: 'events', key: 'more' }] } },
      policies: { wide: { pattern: '^w', definition: { 'max-length': 5 } } },
    });
    const plans: string[] = [];
    for (const from of [[], ['--against', 'snapshot.json'], ['--against', 'definitions.json']]) {
      const { stdout } = await project.expectRun(2, 'plan', '--detailed-exitcode', ...from);
      plans.push(stdout.slice(stdout.indexOf('\nSAFE')));
    }
    expect(plans[0]).toContain(' +  queue more ');
    expect(plans[1]).toBe(plans[0]);
    expect(plans[2]).toBe(plans[0]);
  });

  test('policies: changed, drifted, and back', async () => {
    const { vhost } = project;
    const policy = (max: number) => ({
      policies: { limit: { pattern: '^p-', 'apply-to': 'queues', definition: { 'max-length': max } } },
    });
    project.declare(policy(100));
    await project.expectFinished();
    project.declare(policy(200));
    const { stdout } = await project.expectRun(2, 'plan', '--detailed-exitcode');
    expect(stdout).toContain('100 → 200');
    await project.expectFinished();
    const value = {
      pattern: '^p-',
      'apply-to': 'queues',
      priority: 7,
      definition: { 'max-length': 300, expires: 60000 },
    };
    await project.broker.put(['policies', vhost, 'limit'], value);
    const drift = await project.expectRun(2, 'drift');
    expect(drift.stdout).toContain('policy limit');
    await project.expectFinished();
    const [live] = await project.broker.get('policies', vhost);
    expect([live?.definition, live?.priority]).toEqual([{ 'max-length': 200 }, 0]);
  });
});

/** What somebody made with the tools of the broker, in the broker's own terms. */
async function makeByHand({ broker, vhost: v }: CliProject): Promise<void> {
  await broker.put(['exchanges', v, 'events'], {
    type: 'topic',
    durable: true,
    arguments: { 'alternate-exchange': 'lost' },
  });
  await broker.put(['exchanges', v, 'lost'], { type: 'fanout', durable: true });
  // Legal, and unwise: nothing checks where these lead, or which of two equal policies holds.
  await broker.put(['exchanges', v, 'adrift'], {
    type: 'direct',
    durable: true,
    arguments: { 'alternate-exchange': 'nowhere' },
  });
  const nowhere = { 'x-dead-letter-exchange': 'nowhere', 'x-max-length': 5 };
  await broker.put(['queues', v, 'adrift'], { durable: true, arguments: nowhere });
  for (const name of ['tie-1', 'tie-2']) {
    const definition = { 'dead-letter-exchange': 'nowhere', 'max-length': 5 };
    await broker.put(['policies', v, name], { pattern: '^orders', 'apply-to': 'queues', definition });
  }
  await broker.put(['exchanges', v, 'dead'], { type: 'direct', durable: true });
  await broker.put(['exchanges', v, 'by-headers'], { type: 'headers', durable: true });
  const dead = { 'x-dead-letter-exchange': 'dead', 'x-dead-letter-routing-key': 'orders' };
  const args = { 'x-queue-type': 'quorum', 'x-message-ttl': 60000, 'x-max-length': 1000, ...dead };
  await broker.put(['queues', v, 'orders'], { durable: true, arguments: args });
  await broker.put(['queues', v, 'orders.dead'], { durable: true, arguments: { 'x-max-length': 10 } });
  await broker.put(['queues', v, 'log'], {
    durable: true,
    arguments: { 'x-queue-type': 'stream', 'x-max-age': '7D' },
  });
  const bind = (from: string, to: string, body: object) =>
    broker.request('POST', ['bindings', v, 'e', from, 'q', to], body);
  await bind('events', 'orders', { routing_key: 'order.#', arguments: {} });
  await bind('events', 'log', { routing_key: '#', arguments: {} });
  await bind('dead', 'orders.dead', { routing_key: 'orders', arguments: {} });
  await bind('lost', 'log', { routing_key: '', arguments: {} });
  await bind('by-headers', 'log', {
    routing_key: '',
    arguments: { 'x-match': 'any', n: 1, s: 'x', b: true },
  });
  const path = ['bindings', v, 'e', 'events', 'e', 'by-headers'];
  await broker.request('POST', path, { routing_key: 'to.headers', arguments: {} });
  const policy = {
    pattern: '^log$',
    'apply-to': 'queues',
    priority: 1,
    definition: { 'max-length-bytes': 1_000_000 },
  };
  await broker.put(['policies', v, 'small-log'], policy);
  await broker.put(['vhost-limits', v, 'max-queues'], { value: 100 });
}
