import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { printJson } from '../../../src/model/index.ts';
import { LiveProject } from '../project.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';
import { aclsOf, type GeneratedTopology, listingOf, NOTHING, sectionOf, topologies } from './topologies.ts';

/** More of them, or another seed, by environment: BROKERFORM_RUNS=200 BROKERFORM_SEED=7. */
const RUNS = Number(process.env.BROKERFORM_RUNS ?? 6);
const SEED = Number(process.env.BROKERFORM_SEED ?? 20_260_101);

for (const line of LINES) {
  const cluster = sharedCluster(line);
  describe.skipIf(cluster.missing)(`Kafka ${cluster.version}: from any topology to any other`, () => {
    const prefix = freshPrefix();
    const project = new LiveProject(
      {
        brokers: { main: { type: 'kafka', bootstrap: [...cluster.bootstrap] } },
        owns: {
          main: [
            ...[`topic/${prefix}*`, `acl/*/*/${prefix}*/**`, `quota/**${prefix}*`, `user/${prefix}*`],
            ...[`group/${prefix}*`, `client-metrics/${prefix}*`, 'broker-configs/*'],
          ],
        },
      },
      { SECRET: 'hunter2' },
    );
    let stranger: Stranger;
    beforeAll(async () => {
      stranger = await Stranger.connect(cluster.bootstrap, prefix);
    });
    afterAll(async () => {
      project.remove();
      await stranger?.close();
    });

    test('apply A, apply B: the plan is empty, and the cluster lists B', async () => {
      const actions = new Set<string>();
      await fc.assert(
        fc.asyncProperty(topologies, topologies, async (a, b) => {
          await converge(a, actions);
          await converge(b, actions);
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      await converge(NOTHING, actions);
      expect([...actions].sort()).toEqual(['create', 'delete', 'update']);
    }, 600_000);

    async function converge(topology: GeneratedTopology, actions: Set<string>): Promise<void> {
      const checked = project.check(printJson({ kafka: sectionOf(topology, prefix, line === 'current') }));
      const options = { prune: true, allow: ['destructive:**'] };
      const plan = await project.plan(checked, options);
      // Partitions never get fewer: what is to have fewer is deleted first.
      if (plan.blockers.some(({ risk }) => risk.code === 'fewer-partitions')) {
        await converge(NOTHING, actions);
        await converge(topology, actions);
        return;
      }
      expect(plan.blockers).toEqual([]);
      for (const step of plan.waves.flat()) actions.add(step.action);
      const report = await project.apply(checked, plan);
      expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      const again = await project.plan(checked, options);
      expect(again.waves.flat().map((step) => [step.action, step.address, step.fields])).toEqual([]);
      expect(again.unmanaged).toEqual([]);
      const expected = listingOf(topology, prefix);
      const named = (topic: string) => Object.keys(expected.get(topic)?.configs ?? {});
      // The stranger asks brokers that may hear of it a moment later than the one that the session asks.
      await vi.waitFor(
        async () => {
          expect(await stranger.topics(named)).toEqual(expected);
          expect(await stranger.acls()).toEqual(aclsOf(topology, prefix));
        },
        { timeout: 10_000, interval: 100 },
      );
    }
  });
}
