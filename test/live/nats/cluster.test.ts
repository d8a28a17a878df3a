import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type LocalNats, startNats } from '../../../local/nats.ts';
import { nats as provider } from '../../../src/brokers/nats/index.ts';
import { isObject } from '../../../src/model/index.ts';
import { manyStreams, NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';
import { Worker } from './worker.ts';

const COUNT = 40;

describeLines(
  (line) => {
    let nats: LocalNats;
    let server: PlainServer;
    let project: NatsProject;
    const urls = () => nats.servers.map(({ url }) => url);

    beforeAll(async () => {
      nats = await startNats(line, { servers: 3 });
      server = await PlainServer.connect(urls());
      await server.untilReplicas();
    });
    afterAll(async () => {
      await server?.close();
      await nats?.stop();
    });
    beforeEach(() => {
      project = new NatsProject(urls());
      project.declare(manyStreams(COUNT, { num_replicas: 3 }));
    });
    afterEach(async () => {
      project?.removeFolder();
      await server.clear();
    });

    const apply = (...more: readonly string[]) =>
      project.start('apply', '--auto-approve', '--report', 'report.json', ...more);

    async function untilSomeAreThere(): Promise<void> {
      await vi.waitFor(
        async () => expect(Number((await server.demand('STREAM.NAMES')).total)).toBeGreaterThan(5),
        {
          timeout: 20_000,
          interval: 5,
        },
      );
    }

    /** A leader that was just elected may not have heard of the last ones yet. */
    async function expectAll(): Promise<void> {
      await vi.waitFor(async () => expect((await server.streams()).size).toBe(COUNT), { timeout: 30_000 });
    }

    test('the server that it talks to is killed in the middle of an apply: the others do the rest', async () => {
      const [victim] = nats.servers;
      project.set({ NATS_URL: victim?.url ?? '' });
      const running = apply();
      await untilSomeAreThere();
      await victim?.kill();
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      expect(project.statuses()).toEqual({ applied: 2 * COUNT });
      await expectAll();
      // What stays of the cluster answers whoever knows all its servers.
      project.set({ NATS_URL: urls().join(',') });
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await victim?.start();
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('another leader in the middle of an apply', async () => {
      const { user = '', password: pass = '' } = nats.system ?? {};
      const system = await PlainServer.connect(urls(), { user, pass });
      const running = apply();
      await untilSomeAreThere();
      expect(await system.demand('META.LEADER.STEPDOWN')).toMatchObject({ success: true });
      await system.close();
      const { code, stdout, stderr } = await running.ended;
      const { applied = 0, unverified = 0 } = project.statuses();
      // Rarely the new leader has not heard of the last one yet: then the apply says that it could not see it.
      expect(code === 0 ? applied : applied + unverified, stdout + stderr).toBe(2 * COUNT);
      await project.expectFinished();
      await expectAll();
    });

    test('a work queue with replicas keeps a message that fails, though its leader is killed meanwhile', async () => {
      project.write('main.topology.yaml', {
        patterns: { email: { kind: 'work-queue', retries: ['500ms', '1s'], replicas: 3 } },
      });
      await project.expectFinished();
      const worker = new Worker(server, 'email.workers', () => false);
      await server.publish('email', 'bad');
      await vi.waitFor(() => expect(worker.deliveries.length).toBeGreaterThan(0), { timeout: 10_000 });
      const { cluster } = await server.demand('STREAM.INFO.email');
      const leader = isObject(cluster) ? cluster.leader : undefined;
      const victim = nats.servers.find(({ name }) => name === leader);
      await victim?.kill();
      try {
        // Its advisory may be lost: servers send each once, whether or not a stream takes it.
        await vi.waitFor(() => server.demand('STREAM.MSG.GET.email', { seq: 1 }), { timeout: 30_000 });
        await project.expectRun(0, 'plan', '--detailed-exitcode');
      } finally {
        worker.stop();
        await victim?.start();
      }
      await vi.waitFor(() => project.expectRun(0, 'plan', '--detailed-exitcode'), { timeout: 30_000 });
    });

    test('without a lock, two applies of the same at once: both end well', async () => {
      const other = new NatsProject(urls());
      other.declare(manyStreams(COUNT, { num_replicas: 3 }));
      const both = [apply('--no-lock'), other.start('apply', '--auto-approve', '--no-lock')];
      for (const { ended } of both) {
        const { code, stdout, stderr } = await ended;
        expect(code, stdout + stderr).toBe(0);
      }
      other.removeFolder();
      await expectAll();
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('of several applies that ask for the lock at once, through all servers, one holds it', async () => {
      const resolve = (text: string) => text;
      const open = (servers: string) =>
        provider.connect({ name: 'main', type: 'nats', settings: { servers }, resolve, timeout: 20_000 });
      const sessions = await Promise.all([...urls(), ...urls()].map(open));
      const askAll = async () => {
        const attempts = await Promise.all(
          sessions.map(({ lock }, i) => {
            const holder = { id: `${i}`, host: 'here', pid: i, since: 'now' };
            return lock?.({ project: 'race', holder, creates: 0 });
          }),
        );
        return attempts.flatMap((attempt) => (attempt?.status === 'held' ? [attempt.lock] : []));
      };
      for (let round = 0; round < 10; round++) {
        let held = await askAll();
        // A server hears a moment later that the last holder is gone.
        for (let tries = 0; held.length === 0 && tries < 100; tries++) held = await askAll();
        // Of two that a cluster accepted at the same time, the earlier one is told that it lost the lock.
        while (held.length > 1) {
          const gone = await Promise.race(held.map((lock) => lock.lost.then(() => lock)));
          held = held.filter((lock) => lock !== gone);
        }
        expect(held).toHaveLength(1);
        await held[0]?.release();
      }
      await Promise.all(sessions.map((session) => session.close()));
    });

    test('SIGINT: what is in flight is finished and reported, and an apply again does the rest', async () => {
      const running = apply();
      await untilSomeAreThere();
      running.kill('SIGINT');
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(130);
      expect(stderr).toContain('Stopping after in-flight calls');
      const { applied = 0, 'not-started': notStarted = 0 } = project.statuses();
      expect(applied + notStarted).toBe(2 * COUNT);
      expect(notStarted).toBeGreaterThanOrEqual(COUNT);
      // The report tells the truth: exactly what it calls applied is there.
      expect((await server.streams()).size).toBe(applied);
      await project.expectFinished();
      await expectAll();
    });

    test('SIGKILL: an apply again does the rest', async () => {
      const running = apply();
      await untilSomeAreThere();
      running.kill('SIGKILL');
      expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
      await project.expectFinished();
      await expectAll();
    });
  },
  // What sessions do on such days is tested on every line; the command line around them is the same for all.
  { title: 'a cluster of three on a bad day', lines: ['current'] },
);
