import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliFolder, variable } from '../cli-folder.ts';
import { keptFiles, killAndGoOn, killsOf, momentIn, sayings, WAYS, type Watch } from '../dying.ts';
import { freshPrefix, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';

const cluster = sharedCluster('current');

describe.skipIf(cluster.missing)(`an apply to Kafka ${cluster.version} that is killed`, () => {
  let project: CliFolder;

  beforeEach(() => {
    project = new CliFolder({ KAFKA: cluster.bootstrap.join(',') });
  });
  afterEach(() => project.removeFolder());

  /** Topics of a name that nothing had before: one that changes in two ways, one that goes, and two that come. */
  async function begin(prefix: string): Promise<Stranger> {
    const stranger = await Stranger.connect(cluster.bootstrap, prefix);
    await stranger.create(`${prefix}changed`);
    await stranger.create(`${prefix}old`);
    project.write('brokerform.yaml', {
      project: 'shop',
      topologies: ['topology.yaml'],
      brokers: { main: { type: 'kafka', bootstrap: [variable('KAFKA')] } },
    });
    const configs = { 'retention.ms': '3d', 'max.message.bytes': 100_000 };
    project.write('topology.yaml', {
      kafka: {
        topics: {
          [`${prefix}changed`]: { partitions: 3, configs },
          [`${prefix}fresh`]: { partitions: 2, configs },
          [`${prefix}other`]: { partitions: 1 },
        },
      },
      retired: [`main/topic/${prefix}old`],
    });
    const expected = [`${prefix}changed`, `${prefix}old`];
    await vi.waitFor(async () => expect(await stranger.names()).toEqual(expected), { timeout: 20_000 });
    return stranger;
  }

  async function expectEnd(stranger: Stranger, prefix: string, about: object): Promise<void> {
    const configs = { 'retention.ms': '259200000', 'max.message.bytes': '100000' };
    await vi.waitFor(
      async () => {
        const topics = [...(await stranger.topics())].map(([name, topic]) => [
          name.slice(prefix.length),
          topic.partitions,
          topic.configs,
        ]);
        expect({ about, topics: topics.sort(), kept: keptFiles(project) }).toMatchObject({
          about,
          topics: [
            ['changed', 3, configs],
            ['fresh', 2, configs],
            ['other', 1, {}],
          ],
          kept: [],
        });
      },
      { timeout: 20_000 },
    );
  }

  test('at any byte, and any way on: all is declared', async () => {
    const watch: Watch = { ports: cluster.bootstrap.map((address) => Number(address.split(':').at(-1))) };
    const prefixOf = (i: number) => `${freshPrefix()}${String(i).padStart(4, '0')}-`;
    const allow = ['--allow', 'destructive:main/topic/*'];
    let prefix = prefixOf(0);
    let stranger = await begin(prefix);
    await project.expectRun(0, 'plan', ...allow, '--out', 'plan.json');
    const bytes = await sayings(project, watch, 'apply', 'plan.json');
    await expectEnd(stranger, prefix, { way: 'straight' });
    await stranger.close();
    const kills = killsOf(4);
    for (let i = 1; i <= kills; i++) {
      const way = WAYS[i % WAYS.length] ?? 'same command';
      // The rest of what is said depends on how fast the cluster is.
      const count = momentIn(Math.floor(bytes * 0.9));
      prefix = prefixOf(i);
      stranger = await begin(prefix);
      await project.expectRun(0, 'plan', ...allow, '--out', 'plan.json');
      await killAndGoOn(project, watch, { way, count, allow });
      await expectEnd(stranger, prefix, { way, count });
      await stranger.close();
    }
    console.log(`Kafka current: ${kills} kills in ${bytes} bytes`);
  }, 7_200_000);
});
