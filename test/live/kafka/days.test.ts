import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliFolder, type Running, variable } from '../cli-folder.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';

/** Creating so many takes three requests, of which two are under way when the first topics are there. */
const COUNT = 1_200;

for (const line of LINES) {
  const cluster = sharedCluster(line);
  describe.skipIf(cluster.missing)(`Kafka ${cluster.version} through the command line`, () => {
    let prefix: string;
    let project: CliFolder;
    let stranger: Stranger;

    beforeEach(async () => {
      prefix = freshPrefix();
      stranger = await Stranger.connect(cluster.bootstrap, prefix);
      project = new CliFolder({ KAFKA: cluster.bootstrap.join(',') });
      project.write('brokerform.yaml', {
        project: 'shop',
        topologies: ['topology.yaml'],
        brokers: { main: { type: 'kafka', bootstrap: [variable('KAFKA')] } },
        owns: { main: [`topic/${prefix}*`] },
      });
      declare(COUNT, { partitions: 1 });
    });
    afterEach(async () => {
      project?.removeFolder();
      await stranger?.close();
    });

    function declare(howMany: number, body: object, beside: object = {}): void {
      const topics = Array.from({ length: howMany }, (_, i) => [`${prefix}${i}`, body]);
      const kafka = { topics: Object.fromEntries(topics) };
      project.write('topology.yaml', { kafka, ...beside });
    }

    /** Starts an apply, and acts as soon as some topics are there. */
    async function applyAndStop(act: (apply: Running) => void): Promise<Awaited<Running['ended']>> {
      const apply = project.start('apply', '--auto-approve', '--report', 'report.json');
      await vi.waitFor(async () => expect(await stranger.names()).not.toEqual([]), {
        timeout: 30_000,
        interval: 2,
      });
      act(apply);
      return apply.ended;
    }

    async function expectRest(): Promise<void> {
      await project.expectFinished();
      await vi.waitFor(async () => expect(await stranger.names()).toHaveLength(COUNT), { timeout: 5_000 });
    }

    test('SIGINT once: what is in flight is finished, and reported; SIGKILL: the next apply finishes', async () => {
      const { code, stdout, stderr } = await applyAndStop((apply) => apply.kill('SIGINT'));
      expect(stdout + stderr).toContain('interrupted by SIGINT');
      expect(code).toBe(130);
      const { applied = 0, 'not-started': notStarted = 0 } = project.statuses();
      expect([applied > 0, notStarted > 0]).toEqual([true, true]);
      expect(applied + notStarted).toBe(COUNT);
      await vi.waitFor(async () => expect(await stranger.names()).toHaveLength(applied), { timeout: 5_000 });

      await stranger.delete(await stranger.names());
      await vi.waitFor(async () => expect(await stranger.names()).toEqual([]), { timeout: 20_000 });
      const { signal } = await applyAndStop((apply) => apply.kill('SIGKILL'));
      expect(signal).toBe('SIGKILL');
      await expectRest();
    }, 90_000);

    test('two applies at once: each topic is made by one of them, and the other says that it is there', async () => {
      declare(20, { partitions: 2 });
      await Promise.all(
        ['1', '2'].map((which) =>
          project.expectRun(0, 'apply', '--auto-approve', '--report', `${which}.json`),
        ),
      );
      const told = ['1.json', '2.json'].flatMap((name) =>
        project.report(name).steps.map(({ status, failure }) => failure?.message ?? status),
      );
      expect(told.filter((status) => status === 'applied')).toHaveLength(20);
      expect(told.filter((status) => status !== 'applied' && status !== 'already')).toEqual([]);
      await project.expectFinished();
      expect((await stranger.topics()).size).toBe(20);
    }, 60_000);

    test('what somebody created or deleted between plan and apply makes the plan stale', async () => {
      declare(2, { partitions: 2 });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await stranger.create(`${prefix}1`);
      await vi.waitFor(async () => expect(await stranger.names()).toHaveLength(1), { timeout: 10_000 });
      expect((await project.expectRun(4, 'apply', 'plan.json')).stderr).toContain(`${prefix}1`);
      await project.expectFinished();
      declare(2, { partitions: 2, configs: { 'retention.ms': '30d' } });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await stranger.delete([`${prefix}0`]);
      await vi.waitFor(async () => expect(await stranger.names()).toHaveLength(1), { timeout: 10_000 });
      expect((await project.expectRun(4, 'apply', 'plan.json')).stderr).toContain(`${prefix}0`);
      await project.expectFinished();
    }, 60_000);

    test('what the cluster would refuse blocks the plan, in its own words, unless it is not to be asked', async () => {
      declare(2, { configs: { 'remote.storage.enable': true } });
      const { stdout } = await project.expectRun(3, 'plan', '--format', 'json');
      const { blockers } = JSON.parse(stdout);
      expect(blockers).toHaveLength(2);
      expect(blockers[0].risk).toMatchObject({
        class: 'refused',
        code: 'broker-refuses',
        message: expect.stringMatching(/[Tt]iered [Ss]torage.*INVALID_CONFIG/),
      });
      await project.expectRun(3, 'apply', '--auto-approve');
      await project.expectRun(0, 'plan', '--no-preview');
      await project.expectRun(1, 'apply', '--auto-approve', '--no-preview');
      expect(await stranger.names()).toEqual([]);
    }, 60_000);

    test('records between plan and apply: a deletion that was harmless when planned is not done', async () => {
      declare(1, {});
      await project.expectFinished();
      declare(0, {}, { retired: [`main/topic/${prefix}0`] });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await stranger.produce(`${prefix}0`, ['precious']);
      await project.run('apply', 'plan.json');
      expect(await stranger.names()).toEqual([`${prefix}0`]);
      await project.expectRun(3, 'plan');
      await project.expectFinished('--allow', `destructive:main/topic/${prefix}0`);
    }, 60_000);
  });
}
