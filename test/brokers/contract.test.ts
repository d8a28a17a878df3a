import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../../src/model/index.ts';
import { Bench } from './contract/bench.ts';
import { type Fixture, fixtures } from './contract/fixtures.ts';
import { declaring } from './declaring.ts';

/*
 * What every session promises (`Session` in src/model/provider.ts), whatever the broker.
 */

describe.each(fixtures)('a session with $title', (fixture: Fixture) => {
  const { provider, settings } = fixture;
  const declared = declaring(provider).declareYaml(fixture.topology);
  const desired: readonly Resource[] = declared.resources;
  const retired = desired.map(({ address }) => address);
  let bench: Bench;

  const open = async () => {
    const resolve = (text: string) => text.replace('${CONTRACT_PASSWORD}', 'correct horse');
    const connection = { name: provider.name, type: provider.name, settings: settings ?? {}, resolve };
    return new Bench(await provider.connect({ ...connection, timeout: 20_000 }), provider);
  };

  beforeAll(async () => {
    if (!settings) return;
    bench = await open();
    const report = await bench.apply(await bench.plan({ desired }));
    expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
  });

  afterAll(async () => {
    if (!settings) return;
    await bench.apply(await bench.plan({ retired }));
    await bench.session.close();
  });

  test.skipIf(!settings)('is planned in sync once the plan is applied', async () => {
    expect(declared.diagnostics).toEqual([]);
    expect((await bench.plan({ desired, owns: fixture.globs })).waves).toEqual([]);
  });

  test.skipIf(!settings)(
    'reads all that would disappear with a resource, however the scope names it',
    async () => {
      for (const taker of fixture.takers) {
        const everything = await bench.dependents(taker, { owns: ['**'] });
        const scopes = {
          retired: { retired: [taker] },
          owned: { owns: [taker] },
          matched: { owns: fixture.globs },
          both: { retired: [taker], owns: fixture.globs },
          declared: { desired, owns: fixture.globs },
        };
        for (const [name, scope] of Object.entries(scopes)) {
          expect([taker, name, await bench.dependents(taker, scope)]).toEqual([taker, name, everything]);
        }
      }
    },
  );
});
