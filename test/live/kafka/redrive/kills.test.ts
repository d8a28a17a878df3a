import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliFolder, variable } from '../../cli-folder.ts';
import { killsOf, sayings, type Watch, watchBy } from '../../dying.ts';
import { connectHeaders, DeadTopics } from '../dead-letters.ts';
import { freshPrefix, LINES, sharedCluster } from '../lines.ts';

const LETTERS = 12;

for (const line of LINES) {
  const cluster = sharedCluster(line);

  describe.skipIf(cluster.missing)(`a redrive on Kafka ${cluster.version} that is killed`, () => {
    let project: CliFolder;
    const dead = new DeadTopics(cluster.bootstrap);

    beforeEach(() => {
      project = new CliFolder({ KAFKA: cluster.bootstrap.join(',') });
      project.write('brokerform.yaml', {
        project: 'shop',
        topologies: ['topology.yaml'],
        brokers: { main: { type: 'kafka', bootstrap: [variable('KAFKA')] } },
      });
      project.write('topology.yaml', { kafka: { topics: {} } });
    });
    afterEach(() => project.removeFolder());

    async function begin(): Promise<{ source: string; command: readonly string[] }> {
      const source = `${freshPrefix()}orders`;
      await dead.create(source, 2);
      await dead.create(`${source}-dlq`, 2);
      const headers = connectHeaders(source);
      await dead.produce(
        `${source}-dlq`,
        Array.from({ length: LETTERS }, (_, i) => ({ partition: i % 2, value: `order ${i}`, headers })),
      );
      return { source, command: ['redrive', `main/topic/${source}-dlq`, '--yes', '--report', 'report.json'] };
    }

    test('at any request: readers of committed records get each one once', async () => {
      const watch: Watch = {
        ports: cluster.bootstrap.map((address) => Number(address.split(':').at(-1))),
        // Each request is written by itself.
        pattern: '^',
      };
      const orders = Array.from({ length: LETTERS }, (_, i) => `order ${i}`).sort();
      const first = await begin();
      const requests = await sayings(project, watch, ...first.command);
      expect((await dead.records(first.source)).map(({ value }) => value).sort()).toEqual(orders);
      const kills = Math.min(requests, killsOf(3));
      let killed = 0;
      for (let i = 0; i < kills; i++) {
        const count = 1 + Math.floor(((i + 0.5) * requests) / kills);
        const { source, command } = await begin();
        watchBy(project, { ...watch, count });
        const { signal } = await project.run(...command);
        watchBy(project);
        if (signal === 'SIGKILL') killed++;
        await project.expectRun(0, ...command);
        const values = (await dead.records(source)).map(({ value }) => value).sort();
        expect({ count, values }).toEqual({ count, values: orders });
      }
      // A cluster that needs more attempts than before answers more, one that needs fewer less.
      expect(killed).toBeGreaterThan(kills / 2);
      console.log(`Kafka ${line}: ${killed} of ${kills} kills at ${requests} requests`);
    }, 7_200_000);
  });
}
