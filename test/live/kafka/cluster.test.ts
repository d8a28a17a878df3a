import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { countBrokers } from '../../../local/kafka/answers.ts';
import type { LocalKafkaBroker } from '../../../local/kafka/types.ts';
import { type LocalKafka, startKafka } from '../../../local/kafka.ts';
import { CliFolder, type Running, variable } from '../cli-folder.ts';
import { activeController, effectiveConfig, setClusterDefault } from './cluster-requests.ts';
import { Stranger } from './stranger.ts';

const COUNT = 800;

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
    cluster = await startKafka('current', { authorizer: true });
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
    for (const broker of down) await start(broker);
    await until(async () => stranger.delete(await stranger.names()));
    project.removeFolder();
  });

  const down = new Set<LocalKafkaBroker>();

  async function kill(broker: LocalKafkaBroker | undefined): Promise<void> {
    if (!broker) throw new Error('no such broker');
    down.add(broker);
    await broker.kill();
  }

  async function start(broker: LocalKafkaBroker | undefined): Promise<void> {
    if (!broker || !down.delete(broker)) throw new Error('it is not down');
    await broker.start();
    // The others may learn it a moment later.
    const up = cluster.brokers.filter((one) => !down.has(one));
    await until(async () => {
      for (const { address } of up) expect(await countBrokers([address])).toBe(up.length);
    });
  }

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

    const untilMoving = (partitions: number[]) =>
      until(async () => expect(await stranger.moving('t')).toEqual(partitions));
    const expectNoThrottle = () => until(async () => expect(await stranger.throttles('t')).toEqual([]));

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
      expect(detached.stdout).toContain('plan shows their progress, apply waits for them');
      expect(project.statuses('r.json')).toEqual({ 'under-way': 1 });
      expect(await stranger.throttles('t')).not.toEqual([]);

      // Nothing but its end is left to do, and it is not begun a second time.
      const plan = await project.expectRun(0, 'plan', '--out', 'plan.json');
      expect(plan.stdout).toMatch(
        /reassignment\n +- under way, \d of 2 partitions moved, .* of 7\.6 MiB copied, waiting for brokers? /,
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
      await declareMoved(1_000_000);
      await project.expectRun(0, 'apply', '--auto-approve', '--detach');
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await untilMoving([]);
      const { stdout } = await project.expectRun(2, 'plan', '--detailed-exitcode');
      expect(stdout).toContain('reassignment  completed; its throttle is still set → throttle removed');
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
        expect((await project.expectRun(0, 'plan')).stdout).toMatch(/reassignment\n +- under way/);
        await project.expectFinished();
        await expectThreeEach();
        await expectNoThrottle();
      },
    );

    test('what somebody else moves is left to them: the same is in sync, another is blocked until it has ended', async () => {
      declare({ t: { replicas: [[1], [2]] } });
      await project.expectFinished();
      // A copy to a broker that is down never ends.
      const [, , third] = cluster.brokers;
      await kill(third);
      await until(() => stranger.move('t', { 0: [1, 3] }));
      await untilMoving([0]);
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
      await untilMoving([0]);
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
      await untilMoving([0]);

      await start(third);
      await untilMoving([]);
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

  test('a plan that only deletes stays valid when a default of the cluster changes', async () => {
    declare({ t: { configs: { 'flush.messages': 7, 'max.message.bytes': 2_000_000 } } });
    await project.expectFinished();
    project.write('topology.yaml', { retired: ['main/topic/t'] });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    // One that the topic inherits, and one that it overrides.
    const defaults = { 'log.retention.ms': '7200000', 'message.max.bytes': '3000000' };
    try {
      for (const [name, value] of Object.entries(defaults))
        await setClusterDefault(cluster.bootstrap, name, value);
      const shown = () => effectiveConfig(cluster.bootstrap, 't', 'retention.ms');
      await until(async () => expect(await shown()).toBe('7200000'));
      await project.expectRun(0, 'apply', 'plan.json');
    } finally {
      for (const name of Object.keys(defaults)) await setClusterDefault(cluster.bootstrap, name, null);
    }
    await until(async () => expect(await stranger.names()).toEqual([]));
  });

  test('import writes what is there, with no defaults of its own, and planning that changes nothing', async () => {
    const common = { partitions: 2, 'replication-factor': 3, configs: { 'retention.ms': '3d' } };
    const topics = {
      t1: common,
      t2: { ...common, configs: { ...common.configs, 'cleanup.policy': ['compact', 'delete'] } },
      t3: { ...common, partitions: 3 },
      t4: {
        replicas: [
          [1, 2],
          [3, 2],
        ],
        configs: common.configs,
      },
    };
    const acls = {
      'User:app': { produces: ['t1', 't2'], consumes: [{ prefix: 't' }], groups: [{ prefix: 'app' }] },
      'User:ops': { deny: [{ topic: 't3', operations: ['delete'], hosts: ['10.0.0.1'] }] },
    };
    const quotas = [
      { user: 'app', producer_byte_rate: '1MiB', request_percentage: 12.5 },
      { 'client-id': null, consumer_byte_rate: '10MB' },
    ];
    const users = { app: { 'scram-sha-512': { password: variable('PW') } } };
    project.set({ PW: 'secret' });
    project.write('topology.yaml', { kafka: { topics, acls, quotas, users } });
    await project.expectFinished();

    await project.expectRun(0, 'import', '--out', 'topologies');
    const written = project.read('topologies/topics.yaml');
    // Never what would decide on a topic that is added later.
    expect(written).not.toContain('defaults:');
    expect(written).toMatch(
      / {4}t1:\n {6}partitions: 2\n {6}replication-factor: 3\n {6}configs:\n {8}retention.ms: 3d\n/,
    );
    expect(written).toContain('1 SCRAM user left out');
    const main = { type: 'kafka', bootstrap: [variable('KAFKA')] };
    project.write('brokerform.yaml', {
      ...{ project: 'imported', brokers: { main }, topologies: ['topologies/**/*.yaml'] },
      owns: { main: ['topic/**', 'acl/**', 'quota/**'] },
    });
    const { stdout } = await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(stdout).toMatch(/^No changes\. \d+ in sync$/m);
    // Nothing was left out.
    await project.expectRun(0, 'drift');

    const gone = ['main/user/app', 'main/quota/user/app', 'main/quota/default-client-id'];
    const owned = { main: ['acl/**'] };
    project.write('brokerform.yaml', { brokers: { main }, topologies: ['gone.yaml'], owns: owned });
    project.write('gone.yaml', { retired: gone });
    await project.expectFinished('--prune');
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
      await kill(victim);
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      expect(project.statuses()).toEqual({ applied: COUNT });
      expect(await activeController(cluster.bootstrap)).not.toBe(before);
      await start(victim);
      await expectAll();
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('the broker that it talks to is killed in the middle of an apply, and comes back', async () => {
      declare(many(COUNT, { partitions: 1, 'replication-factor': 3 }));
      const [home] = cluster.brokers;
      const running = apply();
      await untilSomeAreThere();
      await kill(home);
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      const doctor = await project.expectRun(1, 'doctor');
      expect(doctor.stdout).toMatch(/(bootstrap|broker 1) .*nothing listens/);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await start(home);
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
      await Promise.all(cluster.brokers.map(kill));
      for (const args of [['plan'], ['apply', 'plan.json'], ['drift']]) {
        expect((await project.expectRun(1, ...args)).stderr).toContain('nothing listens');
      }
      const waiting = project.start('apply', 'plan.json', '--wait', '60s');
      await Promise.all(cluster.brokers.map((broker) => broker.start()));
      down.clear();
      const { code, stdout, stderr } = await waiting.ended;
      expect(code, stdout + stderr).toBe(0);
      await until(async () => expect(await stranger.names()).toHaveLength(3));
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });
  });
});
