import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  onTestFailed,
  test,
  vi,
} from 'vitest';
import { type LocalKafka, startKafka } from '../../../local/kafka.ts';
import { CliFolder, type Running, variable } from '../cli-folder.ts';
import { activeController } from './quorum.ts';
import { Stranger } from './stranger.ts';

const COUNT = 1_200;

/** Slow enough to look at, and to be killed. */
const SLOW = { throttle: '200kB', batch: 10 };
const FAST = { throttle: '100MB' };

// A cluster of its own: its brokers are killed, and moves of replicas are made slow.
describe.skipIf(!inject('kafka').current)('a Kafka cluster of its own, through the command line', () => {
  let cluster: LocalKafka;
  let stranger: Stranger;
  let project: CliFolder;

  beforeAll(async () => {
    vi.stubEnv('BROKERFORM_TEST_KAFKA_CURRENT_BOOTSTRAP', '');
    cluster = await startKafka('current');
    stranger = await Stranger.connect(cluster.bootstrap, 't');
  });
  afterAll(async () => {
    await stranger?.close();
    await cluster?.stop();
    vi.unstubAllEnvs();
  });
  beforeEach(() => {
    project = new CliFolder({ KAFKA: cluster.bootstrap.join(',') });
    configure(SLOW);
  });
  afterEach(async () => {
    await until(async () => stranger.delete(await stranger.names()));
    project.removeFolder();
  });

  function configure(reassignment: object): void {
    const main = { type: 'kafka', bootstrap: [variable('KAFKA')], reassignment };
    project.write('brokerform.yaml', { project: 'shop', topologies: ['topology.yaml'], brokers: { main } });
  }

  function declare(topics: Readonly<Record<string, object>>): void {
    project.write('topology.yaml', { kafka: { topics } });
  }

  function many(howMany: number, body: object): Record<string, object> {
    return Object.fromEntries(Array.from({ length: howMany }, (_, i) => [`t${i}`, body]));
  }

  const apply = (...args: readonly string[]): Running =>
    project.start('apply', '--auto-approve', '--report', 'report.json', ...args);

  async function until(check: () => Promise<void>): Promise<void> {
    await vi.waitFor(check, { timeout: 30_000, interval: 20 });
  }

  describe('moving replicas', () => {
    /** Two partitions with some megabytes on one broker each, which are to have copies on the others. */
    async function declareMoved(bytes = 2_000_000): Promise<void> {
      declare({ t: { replicas: [[1], [2]] } });
      await project.expectFinished();
      await stranger.fill('t', [0, 1], bytes);
      declare({ t: { 'replication-factor': 3 } });
    }

    const expectNoThrottle = async () => expect(await stranger.throttles('t')).toEqual([]);

    async function expectThreeEach(): Promise<void> {
      expect((await stranger.topics()).get('t')?.replicas).toEqual([3, 3]);
    }

    test('--detach leaves it to the cluster; plan tells how far it is, apply waits and takes the throttle away', async () => {
      await declareMoved();
      const detached = await project.expectRun(
        0,
        'apply',
        '--auto-approve',
        '--detach',
        '--report',
        'r.json',
      );
      expect(detached.stdout).toMatch(/UNDER WAY\n.*topic t.*\n +2 partitions on the way, 7\.6 MiB to copy/);
      expect(detached.stdout).toContain('plan tells how far it is, apply waits for it');
      expect(project.statuses('r.json')).toEqual({ 'under-way': 1 });
      expect(await stranger.throttles('t')).not.toEqual([]);

      // Nothing but its end is left to do, and it is not begun a second time.
      const plan = await project.expectRun(0, 'plan', '--out', 'plan.json');
      expect(plan.stdout).toMatch(
        /reassignment {2}under way, \d of 2 partitions moved, .* of 7\.6 MiB copied, waiting for brokers? /,
      );
      expect(plan.stdout).not.toContain('replicas of partition');
      const again = await project.expectRun(0, 'apply', '--auto-approve', '--detach');
      expect(again.stdout).toContain('1 under way');

      // It may go on faster than it began.
      configure(FAST);
      const { stdout } = await project.expectRun(0, 'apply', 'plan.json');
      expect(stdout).toContain('1 applied');
      await expectThreeEach();
      await expectNoThrottle();
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('a move that ended by itself leaves its throttle to the next apply, and plan says so', async () => {
      await declareMoved(1_500_000);
      await project.expectRun(0, 'apply', '--auto-approve', '--detach');
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await until(async () => expect(await stranger.moving('t')).toEqual([]));
      const { stdout } = await project.expectRun(2, 'plan', '--detailed-exitcode');
      expect(stdout).toContain('reassignment  ended, its throttle is still there → throttle removed');
      // That it ended does not make the earlier plan stale.
      await project.expectRun(0, 'apply', 'plan.json');
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await expectThreeEach();
      await expectNoThrottle();
    });

    test.each(['SIGKILL', 'SIGINT'] as const)(
      '%s while it waits: the next apply sees it to its end',
      async (signal) => {
        await declareMoved();
        const running = apply();
        await until(async () => expect(await stranger.moving('t')).not.toEqual([]));
        running.kill(signal);
        const ended = await running.ended;
        if (signal === 'SIGINT') {
          expect(ended.code).toBe(130);
          expect(ended.stdout).toMatch(/UNDER WAY\n.*topic t.*\n +stopped waiting: \d of 2 partitions moved/);
        } else expect(ended.signal).toBe('SIGKILL');
        expect(await stranger.throttles('t')).not.toEqual([]);
        // It may go on faster than it began.
        configure({ throttle: '100MB' });
        expect((await project.expectRun(0, 'plan')).stdout).toContain('reassignment  under way');
        await project.expectFinished();
        await expectThreeEach();
        await expectNoThrottle();
      },
    );

    test('what somebody else moves is left alone: the same is in sync, another is blocked until it has ended', async () => {
      declare({ t: { replicas: [[1], [2]] } });
      await project.expectFinished();
      // A copy to a broker that is down never ends.
      const [, , third] = cluster.brokers;
      await third?.kill();
      onTestFailed(() => third?.start());
      await until(() => stranger.move('t', { 0: [1, 3] }));
      await until(async () => expect(await stranger.moving('t')).toEqual([0]));
      declare({ t: { replicas: [[1, 3], [2]] } });
      await project.expectRun(0, 'plan', '--detailed-exitcode');

      declare({
        t: {
          replicas: [
            [2, 1],
            [2, 1],
          ],
        },
      });
      const { stdout } = await project.expectRun(3, 'plan', '--out', 'plan.json');
      expect(stdout).toContain(
        'somebody else is moving its partitions: 0 of 1 partition moved, waiting for broker 3',
      );
      expect(stdout).toContain("--exclude 'main/topic/t'");
      await project.expectRun(3, 'apply', '--auto-approve');
      expect(await stranger.moving('t')).toEqual([0]);
      // The other partition is nobody else's business.
      declare({
        t: {
          replicas: [
            [1, 3],
            [2, 1],
          ],
        },
      });
      await project.expectFinished();
      expect(await stranger.moving('t')).toEqual([0]);

      await third?.start();
      await until(async () => expect(await stranger.moving('t')).toEqual([]));
      declare({
        t: {
          replicas: [
            [2, 1],
            [2, 1],
          ],
        },
      });
      await project.expectFinished();
      await expectNoThrottle();
    });
  });

  describe('bad days', () => {
    async function untilSomeAreThere(): Promise<void> {
      await vi.waitFor(async () => expect(await stranger.names()).not.toEqual([]), {
        timeout: 30_000,
        interval: 2,
      });
    }

    async function expectAll(): Promise<void> {
      await until(async () => expect(await stranger.names()).toHaveLength(COUNT));
    }

    test('the controller moves in the middle of an apply', async () => {
      declare(many(COUNT, { partitions: 1, 'replication-factor': 3 }));
      const before = await activeController(cluster.bootstrap);
      const victim = cluster.brokers.find(({ id }) => id === before);
      const running = apply();
      await untilSomeAreThere();
      await victim?.kill();
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      expect(project.statuses()).toEqual({ applied: COUNT });
      expect(await activeController(cluster.bootstrap)).not.toBe(before);
      await victim?.start();
      await expectAll();
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('the broker that it talks to is killed in the middle of an apply, and comes back', async () => {
      declare(many(COUNT, { partitions: 1, 'replication-factor': 3 }));
      const [home] = cluster.brokers;
      const running = apply();
      await untilSomeAreThere();
      await home?.kill();
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      const doctor = await project.expectRun(1, 'doctor');
      expect(doctor.stdout).toMatch(/broker 1 .*nothing listens/);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await home?.start();
      await expectAll();
      await until(async () => void (await project.expectRun(0, 'doctor')));
    });

    test('a broker that hangs is left aside', async () => {
      declare(many(3, { 'replication-factor': 3 }));
      await project.expectFinished();
      // The first one is where reads go.
      const pid = Number(readFileSync(join(cluster.folder, 'kafka-1.pid'), 'utf8').split(' ')[0]);
      process.kill(pid, 'SIGSTOP');
      try {
        await project.expectRun(0, 'plan', '--detailed-exitcode', '--timeout', '2s');
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    });

    test('all down: nothing was changed, and once they are back an apply that waited goes through', async () => {
      declare(many(3, {}));
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await Promise.all(cluster.brokers.map((broker) => broker.kill()));
      for (const args of [['plan'], ['apply', 'plan.json'], ['drift']]) {
        expect((await project.expectRun(1, ...args)).stderr).toContain('nothing listens');
      }
      const waiting = project.start('apply', 'plan.json', '--wait', '60s');
      await Promise.all(cluster.brokers.map((broker) => broker.start()));
      const { code, stdout, stderr } = await waiting.ended;
      expect(code, stdout + stderr).toBe(0);
      await until(async () => expect(await stranger.names()).toHaveLength(3));
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });
  });
});
