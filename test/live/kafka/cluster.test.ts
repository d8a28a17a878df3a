import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test, vi } from 'vitest';
import { variable } from '../cli-folder.ts';
import { activeController, effectiveConfig, setClusterDefault } from './cluster-requests.ts';
import { testMoves } from './moving-replicas.ts';
import { ownCluster } from './own-cluster.ts';

const COUNT = 800;

// A cluster of its own: its brokers are killed, and moves of replicas are made slow.
describe.skipIf(!inject('kafka').current)('a Kafka cluster of its own, through the command line', () => {
  const own = ownCluster();

  describe('moving replicas', () => testMoves(own));

  test('a plan that only deletes stays valid when a default of the cluster changes', async () => {
    own.declare({ t: { configs: { 'flush.messages': 7, 'max.message.bytes': 2_000_000 } } });
    await own.project.expectFinished();
    own.project.write('topology.yaml', { retired: ['main/topic/t'] });
    await own.project.expectRun(0, 'plan', '--out', 'plan.json');
    // One that the topic inherits, and one that it overrides.
    const defaults = { 'log.retention.ms': '7200000', 'message.max.bytes': '3000000' };
    try {
      for (const [name, value] of Object.entries(defaults))
        await setClusterDefault(own.cluster.bootstrap, name, value);
      const shown = () => effectiveConfig(own.cluster.bootstrap, 't', 'retention.ms');
      await own.until(async () => expect(await shown()).toBe('7200000'));
      await own.project.expectRun(0, 'apply', 'plan.json');
    } finally {
      for (const name of Object.keys(defaults)) await setClusterDefault(own.cluster.bootstrap, name, null);
    }
    await own.until(async () => expect(await own.stranger.names()).toEqual([]));
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
    own.project.set({ PW: 'secret' });
    own.project.write('topology.yaml', { kafka: { topics, acls, quotas, users } });
    await own.project.expectFinished();

    await own.project.expectRun(0, 'import', '--out', 'topologies');
    const written = own.project.read('topologies/topics.yaml');
    // Never what would decide on a topic that is added later.
    expect(written).not.toContain('defaults:');
    expect(written).toMatch(
      / {4}t1:\n {6}partitions: 2\n {6}replication-factor: 3\n {6}configs:\n {8}retention.ms: 3d\n/,
    );
    expect(written).toContain('1 SCRAM user left out');
    const main = { type: 'kafka', bootstrap: [variable('KAFKA')] };
    own.project.write('brokerform.yaml', {
      ...{ project: 'imported', brokers: { main }, topologies: ['topologies/**/*.yaml'] },
      owns: { main: ['topic/**', 'acl/**', 'quota/**'] },
    });
    const { stdout } = await own.project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(stdout).toMatch(/^No changes\. \d+ in sync$/m);
    // Nothing was left out.
    await own.project.expectRun(0, 'drift');

    const gone = ['main/user/app', 'main/quota/user/app', 'main/quota/default-client-id'];
    const owned = { main: ['acl/**'] };
    own.project.write('brokerform.yaml', { brokers: { main }, topologies: ['gone.yaml'], owns: owned });
    own.project.write('gone.yaml', { retired: gone });
    await own.project.expectFinished('--prune');
  });

  describe('bad days', () => {
    async function untilSomeAreThere(): Promise<void> {
      await vi.waitFor(async () => expect(await own.stranger.names()).not.toEqual([]), {
        timeout: 30_000,
        interval: 2,
      });
    }

    async function expectAll(): Promise<void> {
      await own.until(async () => expect(await own.stranger.names()).toHaveLength(COUNT));
    }

    test('the controller moves in the middle of an apply', async () => {
      own.declare(own.many(COUNT, { partitions: 1, 'replication-factor': 3 }));
      const before = await activeController(own.cluster.bootstrap);
      const victim = own.cluster.brokers.find(({ id }) => id === before);
      const running = own.apply();
      await untilSomeAreThere();
      await own.kill(victim);
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      // What the old controller made without an answer is found by the request that follows.
      const { applied = 0, already = 0, ...others } = own.project.statuses();
      expect({ made: applied + already, others }).toEqual({ made: COUNT, others: {} });
      expect(await activeController(own.cluster.bootstrap)).not.toBe(before);
      await own.start(victim);
      await expectAll();
      await own.project.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('the broker that it talks to is killed in the middle of an apply, and comes back', async () => {
      own.declare(own.many(COUNT, { partitions: 1, 'replication-factor': 3 }));
      const [home] = own.cluster.brokers;
      const running = own.apply();
      await untilSomeAreThere();
      await own.kill(home);
      const { code, stdout, stderr } = await running.ended;
      expect(code, stdout + stderr).toBe(0);
      const doctor = await own.project.expectRun(1, 'doctor');
      expect(doctor.stdout).toMatch(/(bootstrap|broker 1) .*nothing listens/);
      await own.project.expectRun(0, 'plan', '--detailed-exitcode');
      await own.start(home);
      await expectAll();
      await own.until(async () => void (await own.project.expectRun(0, 'doctor')));
    });

    test('a broker that hangs is left aside', async () => {
      own.declare(own.many(3, { 'replication-factor': 3 }));
      await own.project.expectFinished();
      // The first one is where reads go.
      const pid = Number(readFileSync(join(own.cluster.folder, 'kafka-1.pid'), 'utf8').split(' ')[0]);
      process.kill(pid, 'SIGSTOP');
      try {
        await own.project.expectRun(0, 'plan', '--detailed-exitcode', '--timeout', '2s');
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    });

    test('all down: nothing was changed, and once they are back an apply that waited goes through', async () => {
      own.declare(own.many(3, {}));
      await own.project.expectRun(0, 'plan', '--out', 'plan.json');
      await Promise.all(own.cluster.brokers.map(own.kill));
      for (const args of [['plan'], ['apply', 'plan.json'], ['drift']]) {
        expect((await own.project.expectRun(1, ...args)).stderr).toContain('nothing listens');
      }
      const waiting = own.project.start('apply', 'plan.json', '--wait', '60s');
      await own.startAll();
      const { code, stdout, stderr } = await waiting.ended;
      expect(code, stdout + stderr).toBe(0);
      await own.until(async () => expect(await own.stranger.names()).toHaveLength(3));
      await own.project.expectRun(0, 'plan', '--detailed-exitcode');
    });
  });
});
