import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeSegment } from '../../../src/model/index.ts';
import { CliProject, eachLine, freshVhost } from './cli-project.ts';
import { Management } from './management.ts';
import { make, rawTopologies } from './raw-topologies.ts';

/** More of them, or another seed, by environment: BROKERFORM_RUNS=30 BROKERFORM_SEED=7. */
const RUNS = Number(process.env.BROKERFORM_RUNS ?? 3);
const SEED = Number(process.env.BROKERFORM_SEED ?? 20_260_101);

eachLine('an import from RabbitMQ %s of whatever there is', (broker) => {
  const user = freshVhost();
  const management = new Management(broker.management);

  beforeAll(async () => {
    await management.put(['users', user], { password: 'x', tags: '' });
  });
  afterAll(async () => {
    await management.delete('users', user);
  });

  test('whatever the broker takes is imported to an empty plan', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(rawTopologies(user), async (topology) => {
        const project = new CliProject(broker);
        const v = encodeSegment(project.vhost);
        try {
          taken += await make(management, project.vhost, topology);
          const parts = [`main/vhost/${v}`, `main/*/${v}`, `main/*/${v}/**`].flatMap((one) => [
            '--target',
            one,
          ]);
          await project.expectRun(0, 'import', ...parts, '--out', 'imported');
          const written = project.read(`imported/${project.vhost}.yaml`);
          project.configure({ topologies: ['imported/*.yaml'] });
          const { code, stdout, stderr } = await project.run('plan', '--detailed-exitcode', '--prune');
          expect(code, `${stdout}\n${stderr}\n${written}`).toBe(0);
        } finally {
          await project.remove();
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    expect(taken).toBeGreaterThan(10 * RUNS);
  }, 600_000);
});
