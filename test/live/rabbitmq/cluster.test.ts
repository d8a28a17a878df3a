import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type LocalRabbit, startRabbit } from '../../../local/rabbitmq.ts';
import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import type { JsonObject, Plan, StalePlan } from '../../../src/model/index.ts';
import { type Checked, readEverything, toYaml } from '../../../src/workflow/index.ts';
import { LiveProject } from '../project.ts';
import { Management } from './management.ts';

const OWNED = { main: ['cluster/**'] };

for (const line of ['old', 'current'] as const) {
  // A broker that is given for tests is not ours to rename, and plans of other tests are bound to the names of the shared ones.
  const isGiven = process.env[`BROKERFORM_TEST_RABBITMQ_${line.toUpperCase()}_URL`] !== undefined;
  const shared = isGiven ? undefined : inject('rabbitmq')[line];
  describe.skipIf(!shared)(`the name and tags of a cluster of RabbitMQ ${shared?.version ?? line}`, () => {
    const hasTags = line === 'current';
    let own: LocalRabbit;
    let broker: Management;
    let project: LiveProject;

    beforeAll(async () => {
      own = await startRabbit(line);
      broker = new Management(own.management);
      project = projectOf(own);
    });
    afterAll(async () => {
      project?.remove();
      await own?.stop();
    });

    function projectOf({ url, management }: { url: string; management: string }): LiveProject {
      return new LiveProject({ brokers: { main: { type: 'rabbitmq', url, management } }, owns: OWNED });
    }

    const topology = (cluster: JsonObject, queues: JsonObject = {}): JsonObject => {
      const { tags, ...rest } = cluster;
      return { rabbitmq: { cluster: { ...rest, ...(hasTags && tags !== undefined && { tags }) }, queues } };
    };

    async function planned(
      cluster: JsonObject,
      queues?: JsonObject,
    ): Promise<{ checked: Checked; plan: Plan }> {
      const checked = project.check(topology(cluster, queues));
      return { checked, plan: await project.plan(checked, { prune: true }) };
    }

    async function statuses(checked: Checked, plan: Plan): Promise<string[]> {
      const { steps } = await project.apply(checked, plan);
      return steps.map(({ status }) => status);
    }

    /** Applies, and expects that nothing is left to do then. */
    async function converge(cluster: JsonObject, queues?: JsonObject): Promise<void> {
      const { checked, plan } = await planned(cluster, queues);
      expect(new Set(['applied', ...(await statuses(checked, plan))])).toEqual(new Set(['applied']));
      expect((await planned(cluster, queues)).plan).toMatchObject({ waves: [], unmanaged: [] });
    }

    /** The differences that make the plan stale. */
    async function refusal(of: LiveProject, checked: Checked, plan: Plan): Promise<string[]> {
      const error = await of.apply(checked, plan).catch((thrown: StalePlan) => thrown);
      return 'differences' in error ? error.differences.map(({ message }) => message) : [];
    }

    async function live(): Promise<JsonObject> {
      const overview = (await broker.request('GET', ['overview'])) as JsonObject;
      return { name: overview.cluster_name ?? '', ...(hasTags && { tags: overview.cluster_tags ?? '' }) };
    }
    const expected = (name: string, tags: JsonObject) => ({ name, ...(hasTags && { tags }) });

    test('converge, and a plan that renames can be repeated, while others of the old name are refused', async () => {
      const old = (await live()).name;
      const { checked, plan } = await planned({ name: 'orders', tags: { region: 'eu' } });
      expect(plan.brokers).toMatchObject([
        { id: old, clusterId: expect.stringMatching(/^rabbitmq-cluster-id-/), renamedTo: 'orders' },
      ]);
      const other = await planned({}, { other: { 'max-length': 10 } });

      expect(await statuses(checked, plan)).toEqual(['applied']);
      expect(await live()).toEqual(expected('orders', { region: 'eu' }));
      expect(await statuses(checked, plan)).toEqual(['already']);
      expect(await refusal(project, other.checked, other.plan)).toEqual([
        `plan is for rabbitmq "${old}", but this is rabbitmq "orders"`,
      ]);
      expect(await broker.get('queues')).toEqual([]);

      await converge({ name: 'orders', tags: { region: 'us', tier: 'gold' } });
      await converge({ name: 'shop', tags: {} });
      expect(await live()).toEqual(expected('shop', {}));
      // Owned and not declared: nothing calls it unmanaged, and nothing deletes it.
      expect((await planned({})).plan).toMatchObject({ waves: [], unmanaged: [] });
    });

    test('are imported, and the plan of that is empty', async () => {
      await converge({ name: 'orders', tags: { region: 'eu' } });
      const main = project.check(topology({})).brokers.get('main');
      if (!main) throw new Error('the project has a broker');
      const options = { wait: 0, timeout: 20_000, signal: new AbortController().signal, onWait: () => {} };
      const text = toYaml(await readEverything(main, options), rabbitmq, false).get('cluster.yaml') ?? '';
      const tags = hasTags ? '    tags:\n      region: eu\n' : '';
      expect(text).toContain(`rabbitmq:\n  cluster:\n    name: orders\n${tags}`);
      expect((await project.plan(project.check(text))).waves).toEqual([]);
    });

    test('an apply that was killed after any of its calls is finished by the same plan', async () => {
      const calls = [
        () => broker.put(['cluster-name'], { name: 'renamed' }),
        ...(hasTags ? [() => broker.put(['global-parameters', 'cluster_tags'], { value: { a: 'b' } })] : []),
      ];
      const wanted = { name: 'renamed', tags: { a: 'b' } };
      for (let made = 0; made <= calls.length; made++) {
        await converge({ name: 'orders', tags: {} });
        const queues = { [`after-${made}`]: { 'max-length': 10 } };
        const { checked, plan } = await planned(wanted, queues);
        for (const call of calls.slice(0, made)) await call();
        const again = await planned(wanted, queues);
        const fields = again.plan.waves.flat().flatMap((step) => step.fields.map(({ name }) => name));
        expect(fields).toEqual(['name', ...(hasTags ? ['tags.a'] : [])].slice(made));
        expect(await statuses(checked, plan)).toEqual([
          made < calls.length ? 'applied' : 'already',
          'applied',
        ]);
        expect(await live()).toEqual(expected('renamed', { a: 'b' }));
        expect((await planned(wanted, queues)).plan.waves).toEqual([]);
      }
    });

    test('take the rights that the broker wants, and plans need none of them', async () => {
      await converge({ name: 'orders' });
      await broker.put(['users', 'reader'], { password: 'x', tags: 'management' });
      const all = { configure: '.*', write: '.*', read: '.*' };
      await broker.put(['permissions', '/', 'reader'], all);
      const as = (url: string) => url.replace('guest:guest@', '').replace('//', '//reader:x@');
      const reader = projectOf({ url: as(own.url), management: as(own.management) });
      const checked = reader.check(topology({ name: 'shop' }));
      const plan = await reader.plan(checked);
      expect(plan.brokers[0]).not.toHaveProperty('clusterId');
      const { steps } = await reader.apply(checked, plan);
      expect(steps).toMatchObject([
        { status: 'failed', failure: { hint: 'user "reader" needs the tag "administrator"' } },
      ]);
      expect(await statuses(checked, plan)).toEqual(['failed']);
      // As an administrator, whoever made it.
      const admin = project.check(topology({ name: 'shop' }));
      expect(await statuses(admin, plan)).toEqual(['applied']);
      // What made the plan could not tell the cluster from another one of the new name.
      expect(await refusal(project, admin, plan)).toEqual([
        'plan is for rabbitmq "orders", but this is rabbitmq "shop"',
      ]);
      reader.remove();
    });

    test('a plan does not run against a namesake', async () => {
      const namesake = await startRabbit(line);
      const other = projectOf(namesake);
      try {
        await new Management(namesake.management).put(['cluster-name'], { name: 'orders' });
        await converge({ name: 'orders' });
        const { checked, plan } = await planned({ name: 'orders' }, { precious: { 'max-length': 10 } });
        const elsewhere = other.check(topology({ name: 'orders' }));
        expect(await refusal(other, elsewhere, plan)).toEqual([
          expect.stringMatching(
            /^plan is for rabbitmq "orders" \(rabbitmq-cluster-id-.+\), but this is rabbitmq "orders" \(rabbitmq-cluster-id-.+\)$/,
          ),
        ]);
        expect(await statuses(checked, plan)).toEqual(['applied']);
      } finally {
        other.remove();
        await namesake.stop();
      }
    });
  });
}
