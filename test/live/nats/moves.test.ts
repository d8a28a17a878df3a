import { afterEach, expect, test } from 'vitest';
import { type NatsLine, startNats } from '../../../local/nats.ts';
import { killsOf, momentIn, sayings, type Watch, watchBy } from '../dying.ts';
import { describeLines } from './lines.ts';
import { MOVE, MoveTrial } from './move-trial.ts';

/**
 * The requests that change something: before each of them an apply can be killed. Those of the lock do not count, because
 * only the first apply creates its stream.
 */
const WRITES = String.raw`PUB \$JS\.API\.(STREAM|CONSUMER)\.(CREATE|UPDATE|DELETE|PURGE|MSG\.DELETE)\b(?!\.BROKERFORM_LOCK)`;

/** Kills where the environment does not ask for more. */
const FEW = 2;

describeLines(
  (line) => {
    let trial: MoveTrial;
    afterEach(() => trial?.stop());

    async function start(servers: 1 | 3 = 1, stream?: string): Promise<void> {
      const nats = await startNats(line as NatsLine, { servers });
      trial = await MoveTrial.start(nats, { num_replicas: servers }, stream);
      if (servers > 1) await trial.server.untilReplicas();
      await trial.reset();
    }

    /**
     * Kills an apply before some of the requests that change something, or before all of them.
     * @param flags without which it is not begun
     * @param whenDone once it was done without a kill
     */
    async function killAgainAndAgain(flags: readonly string[], whenDone: () => Promise<void>): Promise<void> {
      const { project } = trial;
      const watch: Watch = { ports: [Number(URL.parse(trial.nats.url)?.port)], pattern: WRITES };
      let writes = 0;
      await trial.judge(async () => {
        writes = await sayings(project, watch, 'apply', '--auto-approve', ...flags);
      });
      expect(writes).toBeGreaterThan(7);
      await whenDone();
      const kills = Math.min(killsOf(FEW), 3 * writes);
      for (let i = 0; i < kills; i++) {
        const count = kills > writes / 2 ? (i % writes) + 1 : momentIn(writes + 1);
        const [isRestarted, isSaved] = [i % 2 === 1, i % 3 === 1];
        await trial.reset();
        await trial.judge(async () => {
          if (isSaved) await project.expectRun(0, 'plan', ...flags, '--out', 'plan.json');
          const command = isSaved ? ['apply', 'plan.json'] : ['apply', '--auto-approve', ...flags];
          watchBy(project, { ...watch, count });
          const { signal } = await project.run(...command);
          watchBy(project);
          expect({ count, signal }).toEqual({ count, signal: 'SIGKILL' });
          if (isRestarted) await trial.restart();
          // Once its copy is there, a move continues without being asked for.
          await project.expectRun(0, ...(isSaved || count === 1 ? command : ['apply', '--auto-approve']));
        });
      }
      console.log(`NATS ${trial.nats.version}: ${kills} kills in ${writes} requests`);
    }

    test('under load, and killed before any request that changes something, it keeps every message and position', async () => {
      await start();
      const { project, server } = trial;
      await killAgainAndAgain(MOVE, async () => {
        // Where a moved consumer begins is not what is declared, and it can be updated nevertheless.
        trial.declare({ max_deliver: 7 });
        await project.expectFinished();
        const { config } = await server.demand('CONSUMER.INFO.ORDERS.worker');
        expect(config).toMatchObject({ deliver_policy: 'by_start_sequence', max_deliver: 7 });
        await project.expectRun(0, 'import', '--out', 'imported');
        expect(project.read('imported/streams.yaml')).not.toContain('deliver_policy');
      });
    }, 3_600_000);

    test('a rename, under load and killed in the same way, keeps them under the new name', async () => {
      await start(1, 'SALES');
      const { project, server } = trial;
      await killAgainAndAgain([], async () => {
        trial.declare({ max_deliver: 7 });
        await project.expectFinished();
        const { config } = await server.demand('CONSUMER.INFO.SALES.renamed');
        expect(config).toMatchObject({ deliver_policy: 'by_start_sequence', max_deliver: 7 });
      });
    }, 3_600_000);

    test.each([
      ['a move', 'ORDERS', MOVE],
      ['a rename', 'SALES', []],
    ])(
      'two applies of %s at once, and a server that restarts meanwhile',
      async (_what, stream, flags) => {
        await start(1, stream);
        const { project } = trial;
        await trial.judge(async () => {
          const applies = [1, 2].map(() => project.run('apply', '--auto-approve', ...flags));
          await trial.untilMoving();
          await trial.restart();
          await Promise.all(applies);
          await project.expectRun(0, 'apply', '--auto-approve', ...flags);
        });
      },
      120_000,
    );

    /** Where the environment does not ask for more, a server that goes away would take too long. */
    const isWhole = killsOf(FEW) > FEW;

    async function inCluster(flags: readonly string[], stream?: string): Promise<void> {
      await start(3, stream);
      const { project, nats } = trial;
      await trial.judge(async () => {
        const apply = project.run('apply', '--auto-approve', ...flags);
        await trial.untilMoving();
        // Without the server, a mirror waits up to a minute for another leader.
        if (isWhole) await nats.servers[2]?.kill();
        await apply;
        if (isWhole) await nats.servers[2]?.start();
        await project.expectRun(0, 'apply', '--auto-approve', ...flags);
      });
    }

    test(
      'a move in a cluster of three, from which a server goes away meanwhile',
      () => inCluster(MOVE),
      240_000,
    );

    const testIfWhole = isWhole ? test : () => {};
    testIfWhole('a rename in such a cluster', () => inCluster([], 'SALES'), 240_000);
  },
  { title: 'moves', lines: ['current'] },
);
