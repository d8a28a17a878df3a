import { expect, test } from 'vitest';
import { FAST, type OwnCluster } from './own-cluster.ts';

/** The tests of moves of replicas, which are slow enough to be looked at and killed. */
export function testMoves(own: OwnCluster): void {
  /** Two partitions with some megabytes on one broker each, which are to have copies on the others. */
  async function declareMoved(bytes = 2_000_000): Promise<void> {
    own.declare({ t: { replicas: [[1], [2]] } });
    await own.project.expectFinished();
    await own.stranger.fill('t', [0, 1], bytes);
    own.declare({ t: { 'replication-factor': 3 } });
  }

  const untilMoving = (partitions: number[]) =>
    own.until(async () => expect(await own.stranger.moving('t')).toEqual(partitions));
  const expectNoThrottle = () => own.until(async () => expect(await own.stranger.throttles('t')).toEqual([]));

  async function expectThreeEach(): Promise<void> {
    expect((await own.stranger.topics()).get('t')?.replicas).toEqual([3, 3]);
  }

  test('--detach leaves it to the cluster; plan tells how far it is, apply waits and takes the throttle away', async () => {
    await declareMoved();
    const detached = await own.project.expectRun(
      0,
      'apply',
      '--auto-approve',
      '--detach',
      '--report',
      'r.json',
    );
    expect(detached.stdout).toMatch(/UNDER WAY\n.*topic t.*\n +2 partitions on the way, 7\.6 MiB to copy/);
    expect(detached.stdout).toContain('plan shows their progress, apply waits for them');
    expect(own.project.statuses('r.json')).toEqual({ 'under-way': 1 });
    expect(await own.stranger.throttles('t')).not.toEqual([]);

    // Nothing but its end is left to do, and it is not begun a second time.
    const plan = await own.project.expectRun(0, 'plan', '--out', 'plan.json');
    expect(plan.stdout).toMatch(
      /reassignment\n +- under way, \d of 2 partitions moved, .* of 7\.6 MiB copied, waiting for brokers? /,
    );
    expect(plan.stdout).not.toContain('replicas of partition');
    const again = await own.project.expectRun(0, 'apply', '--auto-approve', '--detach');
    expect(again.stdout).toContain('1 under way');

    // It may go on faster than it began.
    own.configure(FAST);
    const { stdout } = await own.project.expectRun(0, 'apply', 'plan.json');
    expect(stdout).toContain('1 applied');
    await expectThreeEach();
    await expectNoThrottle();
    await own.project.expectRun(0, 'plan', '--detailed-exitcode');
  });

  test('a move that ended by itself leaves its throttle to the next apply, and plan says so', async () => {
    await declareMoved(1_000_000);
    await own.project.expectRun(0, 'apply', '--auto-approve', '--detach');
    await own.project.expectRun(0, 'plan', '--out', 'plan.json');
    await untilMoving([]);
    const { stdout } = await own.project.expectRun(2, 'plan', '--detailed-exitcode');
    expect(stdout).toContain('reassignment  completed; its throttle is still set → throttle removed');
    // That it ended does not make the earlier plan stale.
    await own.project.expectRun(0, 'apply', 'plan.json');
    await own.project.expectRun(0, 'plan', '--detailed-exitcode');
    await expectThreeEach();
    await expectNoThrottle();
  });

  test.each(['SIGKILL', 'SIGINT'] as const)(
    '%s while it waits: the next apply sees it to its end',
    async (signal) => {
      await declareMoved();
      const running = own.apply();
      await own.until(async () => expect(await own.stranger.moving('t')).not.toEqual([]));
      running.kill(signal);
      const ended = await running.ended;
      if (signal === 'SIGINT') {
        expect(ended.code).toBe(130);
        expect(ended.stdout).toMatch(/UNDER WAY\n.*topic t.*\n +stopped waiting: \d of 2 partitions moved/);
      } else expect(ended.signal).toBe('SIGKILL');
      expect(await own.stranger.throttles('t')).not.toEqual([]);
      // It may go on faster than it began.
      own.configure({ throttle: '100MB' });
      expect((await own.project.expectRun(0, 'plan')).stdout).toMatch(/reassignment\n +- under way/);
      await own.project.expectFinished();
      await expectThreeEach();
      await expectNoThrottle();
    },
  );

  test('what somebody else moves is left to them: the same is in sync, another is blocked until it has ended', async () => {
    own.declare({ t: { replicas: [[1], [2]] } });
    await own.project.expectFinished();
    // A copy to a broker that is down never ends.
    const [, , third] = own.cluster.brokers;
    await own.kill(third);
    await own.until(() => own.stranger.move('t', { 0: [1, 3] }));
    await untilMoving([0]);
    own.declare({ t: { replicas: [[1, 3], [2]] } });
    await own.project.expectRun(0, 'plan', '--detailed-exitcode');

    own.declare({
      t: {
        replicas: [
          [2, 1],
          [2, 1],
        ],
      },
    });
    const { stdout } = await own.project.expectRun(3, 'plan', '--out', 'plan.json');
    expect(stdout).toContain(
      'somebody else is moving its partitions: 0 of 1 partition moved, waiting for broker 3',
    );
    expect(stdout).toContain("--exclude 'main/topic/t'");
    await own.project.expectRun(3, 'apply', '--auto-approve');
    await untilMoving([0]);
    // The other partition is nobody else's business.
    own.declare({
      t: {
        replicas: [
          [1, 3],
          [2, 1],
        ],
      },
    });
    await own.project.expectFinished();
    await untilMoving([0]);

    await own.start(third);
    await untilMoving([]);
    own.declare({
      t: {
        replicas: [
          [2, 1],
          [2, 1],
        ],
      },
    });
    await own.project.expectFinished();
    await expectNoThrottle();
  });
}
