import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LiveProject } from '../project.ts';
import { expectedListing, listVhost } from './listing.ts';
import { Management } from './management.ts';
import { type GeneratedTopology, topologies, USERS } from './topologies.ts';

/** More of them, or another seed, by environment: BROKERFORM_RUNS=200 BROKERFORM_SEED=7. */
const RUNS = Number(process.env.BROKERFORM_RUNS ?? 15);
const SEED = Number(process.env.BROKERFORM_SEED ?? 20_260_101);
const KINDS = [
  'queue',
  'exchange',
  'binding',
  'policy',
  'operator-policy',
  'permission',
  'parameter',
  'vhost-limits',
];

for (const line of ['old', 'current'] as const) {
  const shared = inject('rabbitmq');
  const given = shared[line];
  describe.skipIf(!given)(`RabbitMQ ${given?.version ?? line}: from any topology to any other`, () => {
    const vhost = `brokerform/convergence ${line}`;
    const encoded = encodeURIComponent(vhost);
    const broker = new Management(given?.management ?? '');
    const project = new LiveProject({
      brokers: { main: { type: 'rabbitmq', url: given?.url ?? '', management: given?.management ?? '' } },
      owns: { main: KINDS.map((kind) => `${kind}/${encoded}${kind === 'vhost-limits' ? '' : '/**'}`) },
    });

    beforeAll(async () => {
      await broker.delete('vhosts', vhost);
      await broker.put(['vhosts', vhost], {});
      for (const user of USERS) await broker.put(['users', user], { password: 'x', tags: '' });
    });

    afterAll(async () => {
      project.remove();
      await broker.delete('vhosts', vhost);
    });

    it('apply A, apply B: the plan is empty, and the broker lists B', async () => {
      await fc.assert(
        fc.asyncProperty(topologies, topologies, async (a, b) => {
          await converge(a);
          await converge(b);
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
    }, 600_000);

    async function converge(topology: GeneratedTopology): Promise<void> {
      const checked = project.check({ rabbitmq: { vhosts: { [vhost]: topology as never } } });
      const options = { prune: true, allow: ['destructive:**'] };
      const plan = await project.plan(checked, options);
      expect(plan.blockers).toEqual([]);
      const report = await project.apply(checked, plan);
      const undone = report.steps.filter(({ status }) => status !== 'applied');
      expect(undone).toEqual([]);
      const again = await project.plan(checked, options);
      expect(again.waves.flat().map((step) => [step.action, step.address, step.fields])).toEqual([]);
      expect(await listVhost(broker, vhost)).toEqual(expectedListing(topology));
    }
  });
}
