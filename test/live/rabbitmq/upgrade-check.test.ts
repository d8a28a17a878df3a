import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeSegment } from '../../../src/model/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { CliProject, freshVhost, sharedBroker } from './cli-project.ts';
import { importOneByOne, importWhole } from './definitions.ts';
import { Management } from './management.ts';
import { make } from './raw-topologies.ts';
import { upgradedTopologies } from './upgraded-topologies.ts';

/** More of them, or another seed, by environment: BROKERFORM_RUNS=100 BROKERFORM_SEED=7. */
const RUNS = Number(process.env.BROKERFORM_RUNS ?? 6);
const SEED = Number(process.env.BROKERFORM_SEED ?? 20_260_101);

const [old, current] = [sharedBroker('old'), sharedBroker('current')];
const missing = old.missing || current.missing;
const [before, after] = [new Management(old.management), new Management(current.management)];
const user = freshVhost();

beforeAll(async () => {
  if (missing) return;
  for (const broker of [before, after]) await broker.put(['users', user], { password: 'x', tags: '' });
});
afterAll(async () => {
  if (missing) return;
  for (const broker of [before, after]) await broker.delete('users', user);
});

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly address?: string;
  readonly message: string;
}

/** Addresses in the vhost with an error. */
async function predicted(project: CliProject): Promise<Finding[]> {
  const { stdout, stderr } = await runCli(
    ['upgrade-check', '--live', '--to', current.version, '--format', 'json'],
    { cwd: project.folder, env: { URL: old.url, MANAGEMENT: old.management } },
  );
  expect(stderr).toBe(`main: rabbitmq ${old.version} → ${current.version}\n`);
  const { diagnostics: findings } = JSON.parse(stdout) as { diagnostics: Finding[] };
  const [kind, vhost] = [1, 2].map((i) => (one: Finding) => one.address?.split('/')[i]);
  return findings.filter(
    (one) =>
      one.severity === 'error' && kind?.(one) !== undefined && vhost?.(one) === encodeSegment(project.vhost),
  );
}

test.skipIf(missing)(
  'the errors of upgrade-check are what the new release refuses of the definitions of the old one',
  async () => {
    const codes = new Map<string, number>();
    let taken = 0;
    let topologies = 0;
    await fc.assert(
      fc.asyncProperty(upgradedTopologies(user), async (topology) => {
        const project = new CliProject(old);
        const { vhost } = project;
        try {
          taken += await make(before, vhost, topology);
          project.write('topology.yaml', {});
          const errors = await predicted(project);
          for (const { code } of errors) codes.set(code, (codes.get(code) ?? 0) + 1);
          const definitions = (await before.request('GET', ['definitions'])) as Record<string, unknown>;
          const refused = await importOneByOne(after, definitions, vhost);
          const wanted = [...new Set(errors.map(({ address = '' }) => address))].sort();
          expect(
            [...refused.keys()].sort(),
            JSON.stringify({ refused: [...refused], errors }, null, 1),
          ).toEqual(wanted);
          await after.delete('vhosts', vhost);
          expect(await importWhole(after, definitions, vhost)).toBe(wanted.length === 0);
          topologies++;
        } finally {
          await after.delete('vhosts', vhost);
          await project.remove();
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    if (RUNS > 10) console.log(topologies, 'topologies', taken, 'taken', Object.fromEntries(codes));
    expect(codes.size).toBeGreaterThan(2);
  },
  1_800_000,
);
