import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexByAddress, type Resource } from '../../src/model/index.ts';
import { Bench } from './contract/bench.ts';
import { type Fixture, fixtures, PASSWORD } from './contract/fixtures.ts';
import { declaring } from './declaring.ts';

/*
 * What every session promises (`Session` in src/model/provider.ts), whatever the broker.
 */

describe.each(fixtures)('a session with $title', (fixture: Fixture) => {
  const { provider, settings, globs } = fixture;
  const declare = (yaml: string): readonly Resource[] => {
    const { resources, diagnostics } = declaring(provider).declareYaml(yaml);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    return resources;
  };
  const desired = declare(fixture.topology);
  const further = declare(fixture.further).filter(
    ({ address }) => !desired.some((one) => one.address === address),
  );
  const addresses = (resources: readonly Resource[]) => resources.map(({ address }) => address);
  let bench: Bench;
  let firstPlan = '';

  const open = () => Bench.open(fixture);
  const remove = async (resources: readonly Resource[]) => {
    const report = await bench.apply(await bench.plan({ retired: addresses(resources) }));
    expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
  };

  beforeAll(async () => {
    if (!settings) return;
    bench = await open();
    const plan = await bench.plan({ desired });
    firstPlan = JSON.stringify(plan);
    const report = await bench.apply(plan);
    expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
  });

  afterAll(async () => {
    if (!settings) return;
    await remove(desired);
    await bench.session.close();
  });

  test.skipIf(!settings)('is planned in sync once the plan is applied', async () => {
    expect((await bench.plan({ desired })).waves).toEqual([]);
  });

  test.skipIf(!settings)(
    'reads all that would disappear with a resource, however the scope names it',
    async () => {
      for (const taker of fixture.takers) {
        const everything = await bench.dependents(taker, { owns: ['**'] });
        const scopes = {
          retired: { retired: [taker] },
          owned: { owns: [taker] },
          matched: { owns: globs },
          both: { retired: [taker], owns: globs },
          declared: { desired, owns: globs },
        };
        for (const [name, scope] of Object.entries(scopes)) {
          expect([taker, name, await bench.dependents(taker, scope)]).toEqual([taker, name, everything]);
        }
      }
    },
  );

  test.skipIf(!settings)('gives the same where it began to read while it was opened', async () => {
    const scope = { desired, retired: [], owns: globs };
    const early = await Bench.open(fixture, scope);
    try {
      const [begun, later] = [await early.session.read(scope), await bench.session.read(scope)];
      expect(indexByAddress(begun)).toEqual(indexByAddress(later));
      expect(early.session.broker.id).toBe(bench.session.broker.id);
      expect((await early.plan({ desired })).waves).toEqual([]);
    } finally {
      await early.session.close();
    }
  });

  test.skipIf(!settings)('reads, observes, examines and previews without changing anything', async () => {
    const before = await bench.state(globs);
    expect(await bench.state(globs)).toEqual(before);
    const live = await bench.session.read({ desired, retired: [], owns: globs });
    const known = new Set(addresses(live));
    for (let times = 0; times < 2; times++) {
      for (const address of (await bench.session.readMetrics(live)).keys()) expect(known).toContain(address);
    }
    expect(await bench.session.diagnose()).not.toEqual([]);
    const replaced = await bench.plan({ desired: further, retired: fixture.takers });
    await bench.session.preview?.(replaced.waves.flat().map(({ calls }) => calls));
    expect(await bench.state(globs)).toEqual(before);
  });

  test.skipIf(!settings)(
    'gives each unit of calls exactly one outcome, refused, drained or aborted',
    async () => {
      const units = further.map((resource) => bench.calls(resource));
      const each = units.map((_, unit) => unit);
      const drained = new AbortController();
      drained.abort();
      for (const signals of [{ drain: drained }, { drain: drained, abort: drained }]) {
        const outcomes = await bench.send(units, signals);
        expect(outcomes.map(({ unit }) => unit)).toEqual(each);
        expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['not-started']));
      }
      const outcomes = await bench.send(units);
      expect(outcomes.map(({ unit }) => unit)).toEqual(each);
      const failed = outcomes.filter(({ status }) => status !== 'done');
      expect(failed.map(({ unit, status }) => [further[unit]?.address, status])).toEqual([
        [expect.stringContaining('refused'), 'failed'],
      ]);
      const drain = new AbortController();
      const again = await bench.send(units, { drain, onOutcome: () => drain.abort() });
      expect(again.map(({ unit }) => unit)).toEqual(each);
      await remove(further.filter(({ address }) => !address.includes('refused')));
    },
  );

  test.skipIf(!settings)('takes hostile names, and finds them again', async () => {
    const hostile = declare(fixture.hostile).filter(({ address }) => !addresses(desired).includes(address));
    expect(hostile).not.toEqual([]);
    const plan = await bench.plan({ desired: [...desired, ...hostile] });
    expect(plan.blockers).toEqual([]);
    const report = await bench.apply(plan);
    expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
    expect((await bench.plan({ desired: [...desired, ...hostile] })).waves).toEqual([]);
    await remove(hostile);
    expect((await bench.plan({ retired: addresses(hostile) })).waves).toEqual([]);
  });

  test.skipIf(!settings)('has no secret in a plan', () => {
    expect(firstPlan).not.toContain(PASSWORD);
    expect(firstPlan.includes('CONTRACT_PASSWORD')).toBe(fixture.topology.includes('CONTRACT_PASSWORD'));
  });

  test.skipIf(!settings)('leaves nothing open once it is closed', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name)).length;
    const before = sockets();
    const other = await open();
    await other.state(globs);
    await other.session.close();
    for (let tries = 0; tries < 100 && sockets() > before; tries++) await sleep(50);
    expect(sockets()).toBeLessThanOrEqual(before);
  });
});
