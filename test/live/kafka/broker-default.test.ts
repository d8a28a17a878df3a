import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliFolder } from '../cli-folder.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';

describe.each(LINES)('topics of the %s Kafka that opt out of the defaults of their section', (line) => {
  const { bootstrap, missing } = sharedCluster(line);
  const prefix = freshPrefix();
  let project: CliFolder;
  let stranger: Stranger;

  beforeEach(async (context) => {
    context.skip(missing);
    stranger = await Stranger.connect(bootstrap, prefix);
    project = new CliFolder({});
    project.write('brokerform.yaml', {
      ...{ project: 'shop', topologies: ['topology.yaml'] },
      brokers: { main: { type: 'kafka', bootstrap } },
    });
  });
  afterEach(async () => {
    if (missing) return;
    project.removeFolder();
    await stranger.close();
  });

  const declare = (defaults: object, topics: Readonly<Record<string, object | null>>) =>
    project.write('topology.yaml', {
      kafka: {
        defaults,
        topics: Object.fromEntries(Object.entries(topics).map(([name, body]) => [prefix + name, body])),
      },
    });

  /** Partitions and replicas of each topic, by the name without its prefix. */
  async function expectSizes(sizes: Readonly<Record<string, readonly [number, number]>>): Promise<void> {
    const found = async () =>
      Object.fromEntries(
        [...(await stranger.topics())].map(([name, { partitions, replicas }]) => [
          name.slice(prefix.length),
          [partitions, replicas[0]],
        ]),
      );
    await vi.waitFor(async () => expect(await found()).toEqual(sizes), { timeout: 10_000 });
  }

  test('get the broker default when created, and keep what they have afterwards', async () => {
    // A stranger who says nothing gets the defaults of the brokers.
    await stranger.create(`${prefix}usual`);
    const usual = await vi.waitFor(
      async () => {
        const found = (await stranger.topics()).get(`${prefix}usual`);
        if (!found) throw new Error('not there yet');
        return found;
      },
      { timeout: 10_000 },
    );
    const [partitions, factor = 0] = [usual.partitions, ...usual.replicas];
    // Neither number can be what the brokers would choose.
    const defaults = { partitions: partitions + 2, 'replication-factor': factor === 3 ? 2 : 3 };
    declare(defaults, {
      all: {},
      factor: { 'replication-factor': null },
      both: { partitions: null, 'replication-factor': null },
    });
    const { stdout } = await project.expectRun(0, 'plan');
    expect(stdout).toContain(`${defaults.partitions} partitions × broker default replicas`);
    await project.expectFinished();
    const created = {
      all: [defaults.partitions, defaults['replication-factor']],
      factor: [defaults.partitions, factor],
      both: [partitions, factor],
      usual: [partitions, factor],
    } as const;
    await expectSizes(created);

    // Whatever an existing topic has is the default.
    declare(defaults, {
      usual: { partitions: null, 'replication-factor': null },
      all: { partitions: null, 'replication-factor': null },
    });
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    declare(defaults, { all: { 'replication-factor': null, configs: { 'flush.messages': 9 } } });
    await project.expectFinished();
    await expectSizes(created);
  });
});
