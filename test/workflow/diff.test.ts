import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type JsonObject, printJson } from '../../src/model/index.ts';
import { retiredLines } from '../../src/report/plan-blocks.ts';
import { compareSides } from '../../src/workflow/diff-sides.ts';
import { check, planStates } from '../../src/workflow/index.ts';
import { nothing } from '../../src/workflow/live.ts';
import { topologies as kafkaTopologies, sectionOf } from '../live/kafka/topologies.ts';
import { topologies as natsTopologies } from '../live/nats/topologies.ts';
import { LiveProject } from '../live/project.ts';
import { topologies as rabbitTopologies } from '../live/rabbitmq/topologies.ts';
import { runs } from '../setup/runs.ts';

const project = new LiveProject({
  brokers: {
    rabbit: { type: 'rabbitmq', url: '${RABBIT}', management: '${MANAGEMENT}' },
    kafka: { type: 'kafka', bootstrap: ['${KAFKA}'] },
    nats: { type: 'nats', servers: ['${NATS}'] },
  },
});
afterAll(() => project.remove());

const sections: fc.Arbitrary<JsonObject> = fc
  .record({ rabbit: rabbitTopologies, kafka: kafkaTopologies, nats: natsTopologies('current') })
  .map(({ rabbit, kafka, nats: { streams, consumers, buckets } }) => ({
    rabbitmq: { vhosts: { v: rabbit as unknown as JsonObject } },
    kafka: sectionOf(kafka, 'p-'),
    nats: {
      streams: Object.fromEntries(
        Object.entries(streams).map(([name, spec]) => [
          name,
          { ...spec, consumers: consumers[name] ?? {} } as JsonObject,
        ]),
      ),
      'key-value': buckets as JsonObject,
    },
  }));

function checkedOf(topology: JsonObject) {
  return project.check(printJson(topology));
}

describe('whatever the topologies are', () => {
  test('a revision does not differ from itself', () => {
    fc.assert(
      fc.property(sections, (one) => {
        const { steps, undeclared, effects, findings, guards } = compareSides(
          { ref: 'main', checked: checkedOf(one) },
          { checked: checkedOf(one) },
          true,
        );
        expect({ steps, undeclared, effects, guards }).toEqual({
          steps: [],
          undeclared: [],
          effects: [],
          guards: [],
        });
        expect([findings.new, findings.fixed]).toEqual([[], []]);
      }),
      { numRuns: runs(15) },
    );
  });

  test('everything that both sides declare is told once: as a step, as unchanged, or as no longer declared', () => {
    fc.assert(
      fc.property(sections, sections, (a, b) => {
        const [before, after] = [checkedOf(a), checkedOf(b)];
        const diff = compareSides({ ref: 'main', checked: before }, { checked: after }, false);
        const declared = (side: typeof before) =>
          [...side.brokers.values()].flatMap(({ desired }) => desired.map(({ address }) => address));
        const heads = new Set(declared(after));
        const told = new Set(diff.steps.map(({ address }) => address));
        const left = diff.undeclared
          .filter(({ fields }) => !fields)
          .flatMap(({ address, dependents = [] }) => [address, ...dependents]);
        expect(new Set(left).size).toBe(left.length);
        for (const address of declared(before)) if (!heads.has(address)) expect(left).toContain(address);
        for (const address of left) expect(heads.has(address)).toBe(false);
        const withDependents = diff.steps.flatMap(({ dependents }) =>
          dependents.map(({ address }) => address),
        );
        const changed = [...heads].filter((address) => told.has(address));
        const alongside = new Set(
          withDependents.filter((address) => heads.has(address) && !told.has(address)),
        );
        expect(changed.length + diff.unchanged).toBeGreaterThanOrEqual(heads.size - alongside.size);
      }),
      { numRuns: runs(15) },
    );
  });

  test('the lines that retire what is no longer declared can be pasted, and retire just that', () => {
    fc.assert(
      fc.property(sections, (one) => {
        const before = { ref: 'main', checked: checkedOf(one) };
        const { undeclared } = compareSides(before, { checked: checkedOf({}) }, false);
        const lines = retiredLines(undeclared);
        if (lines.length === 0) return;
        const { project: pasted, diagnostics } = project.check(`${lines.join('\n')}\n`);
        expect(diagnostics).toEqual([]);
        expect(pasted.retired.map(({ address }) => address)).toEqual(
          undeclared.map(({ address }) => address),
        );
        const after = compareSides(before, { checked: project.check(`${lines.join('\n')}\n`) }, false);
        expect(after.undeclared).toEqual([]);
      }),
      { numRuns: runs(10) },
    );
  });

  test('from nothing, a diff creates what a plan against nothing creates', async () => {
    await fc.assert(
      fc.asyncProperty(sections, async (one) => {
        const after = checkedOf(one);
        const empty = checkedOf({});
        const diff = compareSides({ ref: 'main', checked: empty }, { checked: after }, false);
        const states = new Map(
          [...after.brokers.values()].map(({ name, assumed }) => [name, nothing(assumed)]),
        );
        const options = { targets: [], excludes: [], prune: false, allow: [], now: () => new Date(0) };
        const plan = await planStates(after, states, options);
        const steps = plan.waves.flat().map(({ address, action }) => `${action} ${address}`);
        expect(diff.steps.map(({ address, action }) => `${action} ${address}`)).toEqual(steps.sort());
      }),
      { numRuns: runs(10) },
    );
  });
});

describe('Kafka configs', () => {
  const topic = (configs: JsonObject, policy?: string): JsonObject => ({
    kafka: {
      topics: {
        t: {
          partitions: 1,
          'replication-factor': 1,
          configs,
          ...(policy !== undefined && { 'configs-policy': policy }),
        },
      },
    },
  });

  test('what is no longer declared stays, unless all configs are the project’s own', () => {
    const both = { 'retention.ms': '7d', 'segment.bytes': '16MiB' };
    const compare = (policy?: string) =>
      compareSides(
        { ref: 'main', checked: checkedOf(topic(both, policy)) },
        { checked: checkedOf(topic({ 'segment.bytes': '16MiB' }, policy)) },
        false,
      );
    expect(compare()).toMatchObject({
      steps: [],
      undeclared: [{ fields: [{ name: 'retention.ms', before: '7d' }] }],
    });
    const { steps, undeclared } = compare('exclusive');
    expect(undeclared).toEqual([]);
    expect(steps).toMatchObject([
      { action: 'update', fields: [{ name: 'retention.ms', before: '7d', after: 'as inherited' }] },
    ]);
  });
});

test('the library reads the examples of this repository', () => {
  const checked = check({ directory: `${import.meta.dirname}/../..`, env: {} });
  const diff = compareSides({ ref: 'main', checked }, { checked }, false);
  expect(diff).toMatchObject({ project: 'examples', steps: [], undeclared: [], effects: [] });
  expect(diff.unchanged).toBeGreaterThan(50);
});
