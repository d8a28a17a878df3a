import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KilledProject, type Way, type World } from '../memory/kills.ts';
import { boxOf, linkOf } from '../memory/provider.ts';
import { runs } from '../setup/runs.ts';

const WAYS: readonly Way[] = ['same plan', 'plan again'];
const NAMES = ['a', 'b', 'c', 'd'];

const shape = fc.constantFrom('square', 'round');
const capacity = fc.constantFrom(5, 10);
const box = fc.option(fc.record({ shape, capacity }), { freq: 5 });
const boxes = fc.tuple(box, box, box, box);
const pairs = NAMES.flatMap((from) => NAMES.map((to) => [from, to] as const));
const links = fc.subarray(pairs, { maxLength: 6 });

/** Any change of boxes and of the links between them, with links of others among those that exist before. */
const worlds: fc.Arbitrary<World> = fc
  .record({ before: boxes, after: boxes, linked: links, declaredBefore: links, declaredAfter: links })
  .map(({ before, after, linked, declaredBefore, declaredAfter }) => {
    const boxesOf = (specs: typeof before) =>
      NAMES.flatMap((name, i) => (specs[i] ? [boxOf(name, specs[i])] : []));
    const within = (specs: typeof before, ends: typeof linked) => {
      const there = new Set(NAMES.filter((_, i) => specs[i]));
      return ends.filter((pair) => pair.every((name) => there.has(name))).map(([a, b]) => linkOf(a, b));
    };
    return {
      before: [...boxesOf(before), ...within(before, declaredBefore)],
      foreign: within(before, linked),
      after: [...boxesOf(after), ...within(after, declaredAfter)],
    };
  });

/** Two replacements that share links, declared ones and others, beside a creation, an update and a deletion. */
const shared: World = {
  before: [boxOf('a'), boxOf('b'), boxOf('c'), boxOf('old'), linkOf('a', 'b'), linkOf('old', 'c')],
  foreign: [linkOf('b', 'a'), linkOf('a', 'c'), linkOf('b', 'b')],
  after: [
    ...[boxOf('a', { shape: 'round' }), boxOf('b', { shape: 'round' }), boxOf('c', { capacity: 20 })],
    ...[boxOf('new'), linkOf('a', 'b'), linkOf('new', 'b')],
  ],
};

async function endOf(world: World): Promise<{ state: string[]; calls: number; sound: boolean }> {
  const project = await KilledProject.open(world);
  const report = await project.run('plan again');
  const sound =
    report !== 'killed' && report.steps.every(({ status }) => status === 'applied' || status === 'already');
  return { state: project.state(), calls: project.broker.log.length, sound };
}

async function expectEnd(project: KilledProject, state: readonly string[]): Promise<void> {
  expect(project.state()).toEqual(state);
  const { waves } = await project.plan();
  expect(waves).toEqual([]);
}

describe('a process that is killed', () => {
  it('after any call, and any way on: ends in the declared state with all that others made', async () => {
    const { state, calls, sound } = await endOf(shared);
    expect(sound).toBe(true);
    expect(state.filter((line) => line.includes('/link/'))).toHaveLength(5);
    expect(calls).toBeGreaterThan(10);
    for (let first = 0; first <= calls; first++) {
      for (const way of WAYS) {
        const project = await KilledProject.open(shared);
        await project.run('plan again', first);
        await project.run(way);
        await expectEnd(project, state);
      }
    }
  });

  it('again and again, whichever ways are tried', async () => {
    const kills = fc.array(fc.record({ way: fc.constantFrom(...WAYS), calls: fc.nat(12) }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(worlds, kills, fc.constantFrom(...WAYS), async (world, killed, last) => {
        const { state, sound } = await endOf(world);
        expect(sound).toBe(true);
        const project = await KilledProject.open(world);
        for (const { way, calls } of killed) await project.run(way, calls);
        await project.run(last);
        await expectEnd(project, state);
      }),
      { numRuns: runs(80) },
    );
  }, 600_000);
});
