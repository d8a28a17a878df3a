import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { CliFolder, variable } from '../cli-folder.ts';
import { freshPrefix } from './lines.ts';
import { Stranger } from './stranger.ts';

const { old, current } = inject('kafka');
const rabbit = inject('rabbitmq').current;

let project: CliFolder;
let prefix: string;

beforeEach(() => {
  prefix = freshPrefix();
  project = new CliFolder({
    ...{ OLD: old?.bootstrap.join(',') ?? '', CURRENT: current?.bootstrap.join(',') ?? '' },
    ...{ RABBIT: rabbit?.url ?? '', MANAGEMENT: rabbit?.management ?? '' },
  });
});
afterEach(() => project.removeFolder());

const kafkaAt = (name: string) => ({ type: 'kafka', bootstrap: [variable(name)] });

/** The stranger asks brokers that may hear of it a moment later than those that a session asks. */
async function expectTopics(bootstrap: readonly string[] = [], ...names: readonly string[]): Promise<void> {
  const stranger = await Stranger.connect(bootstrap, prefix);
  try {
    await vi.waitFor(async () => expect(await stranger.names()).toEqual(names), { timeout: 10_000 });
  } finally {
    await stranger.disconnect();
  }
}

describe.skipIf(!old || !current)('two Kafka clusters of different lines in one project', () => {
  test('are planned and applied as one, each with its own topics', async () => {
    const brokers = { before: kafkaAt('OLD'), after: kafkaAt('CURRENT') };
    project.write('brokerform.yaml', { project: 'shop', topologies: ['topology.yaml'], brokers });
    const [shared, only] = [`${prefix}shared`, `${prefix}only`];
    const documents = [
      { kafka: { broker: 'before', topics: { [shared]: { partitions: 2 } } } },
      { kafka: { broker: 'after', topics: { [shared]: { partitions: 3 }, [only]: {} } } },
    ];
    project.write('topology.yaml', documents.map((one) => JSON.stringify(one)).join('\n---\n'));
    const { stdout } = await project.expectRun(0, 'plan', '--out', 'plan.json');
    expect(stdout).toMatch(/before: kafka ".*" 3\.7 · after: kafka ".*" 4\.3/);
    expect(stdout).toMatch(new RegExp(`topic ${shared} .*broker before`));
    await project.expectRun(0, 'apply', 'plan.json', '--report', 'report.json');
    expect(project.statuses()).toEqual({ applied: 3 });
    await expectTopics(old?.bootstrap, shared);
    await expectTopics(current?.bootstrap, only, shared);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    // One cluster is not taken for the other.
    project.set({ OLD: current?.bootstrap.join(',') ?? '', CURRENT: old?.bootstrap.join(',') ?? '' });
    await project.expectRun(4, 'apply', 'plan.json');
    project.set({ OLD: old?.bootstrap.join(',') ?? '', CURRENT: current?.bootstrap.join(',') ?? '' });

    const retired = [`before/topic/${shared}`, `after/topic/${shared}`, `after/topic/${only}`];
    project.write('topology.yaml', { retired });
    await project.expectFinished();
    await expectTopics(old?.bootstrap);
  });
});

describe.skipIf(!rabbit || !current)('RabbitMQ and Kafka in one file', () => {
  test('are one change set', async () => {
    const rabbitmq = { type: 'rabbitmq', url: variable('RABBIT'), management: variable('MANAGEMENT') };
    project.write('brokerform.yaml', {
      ...{ project: 'shop', topologies: ['topology.yaml'] },
      brokers: { main: rabbitmq, events: kafkaAt('CURRENT') },
    });
    project.write(
      'topology.yaml',
      `
rabbitmq:
  vhost: ${prefix}
  exchanges: { orders: { type: topic } }
  queues:
    invoices: { type: quorum, max-length: 1000, bindings: [{ from: orders, key: order.# }] }
kafka:
  topics:
    ${prefix}events: { partitions: 3, replication-factor: 3, configs: { min.insync.replicas: 2 } }
`,
    );
    const { stdout } = await project.expectRun(0, 'plan', '--format', 'json');
    expect(JSON.parse(stdout).brokers.map(({ type }: { type: string }) => type)).toEqual([
      'rabbitmq',
      'kafka',
    ]);
    await project.expectRun(0, 'apply', '--auto-approve', '--report', 'report.json');
    expect(project.statuses()).toEqual({ applied: 5 });
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    // What one of them would refuse keeps the other as it is, too.
    const text = project.read('topology.yaml');
    project.write(
      'topology.yaml',
      text.replace('partitions: 3', 'partitions: 1').replace('max-length: 1000', 'max-length: 9'),
    );
    await project.expectRun(3, 'apply', '--auto-approve');
    project.write('topology.yaml', text);
    await project.expectRun(0, 'plan', '--detailed-exitcode');

    project.write('topology.yaml', { retired: [`main/vhost/${prefix}`, `events/topic/${prefix}events`] });
    await project.expectFinished('--allow', `destructive:main/vhost/${prefix}`);
    await expectTopics(current?.bootstrap);
  });
});
