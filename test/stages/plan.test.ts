import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidPlanFile, type Plan, worstRisk } from '../../src/model/index.ts';
import { parsePlan, writePlan } from '../../src/plan/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, linkOf } from '../memory/provider.ts';
import { applyMemory, brokerWith, planMemory } from '../memory/run.ts';

const summary = (plan: Plan) =>
  plan.waves.map((wave) => wave.map((step) => `${step.action} ${step.address}`));

function fill(broker: MemoryBroker, name: string, contents: number): void {
  const box = broker.boxes.get(`store/box/${name}`);
  if (!box) throw new Error(`no box ${name}`);
  box.contents = contents;
}

it('a plan of an older format is refused, and says which', () => {
  const text = readFileSync(new URL('fixtures/plan-format-1.json', import.meta.url), 'utf8');
  expect(() => parsePlan(text)).toThrow(
    'the plan was written by brokerform 0.1.0 in format 1, and this program applies format 3',
  );
});

describe('what a plan holds', () => {
  it('creates what is needed before what needs it, and is empty once applied', async () => {
    const desired = [linkOf('a', 'b'), boxOf('b'), boxOf('a')];
    const broker = new MemoryBroker();
    const plan = await planMemory(broker, desired);
    expect(summary(plan)).toEqual([['create store/box/a', 'create store/box/b'], ['create store/link/a/b']]);
    await applyMemory(broker, plan);
    const again = await planMemory(broker, desired);
    expect(again.waves).toEqual([]);
    expect(again.inSync).toBe(3);
  });

  it('leaves what is absent alone, and deletes it only when owned and pruned, or retired by name', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'));
    expect(summary(await planMemory(broker, [boxOf('a')]))).toEqual([]);
    expect((await planMemory(broker, [boxOf('a')])).unmanaged).toEqual(['store/box/b']);
    expect((await planMemory(broker, [boxOf('a')], { owns: [] })).unmanaged).toEqual([]);
    expect(summary(await planMemory(broker, [boxOf('a')], { prune: true }))).toEqual([
      ['delete store/box/b'],
    ]);
    expect(summary(await planMemory(broker, [boxOf('a')], { prune: true, owns: ['store/box/z*'] }))).toEqual(
      [],
    );
    const retired = await planMemory(broker, [boxOf('a')], { owns: [], retired: ['store/box/b'] });
    expect(summary(retired)).toEqual([['delete store/box/b']]);
  });

  it('tells what is at stake where something is lost in place, and not where nothing is', async () => {
    const broker = await brokerWith(boxOf('a', { capacity: 9 }), boxOf('b', { capacity: 9 }));
    fill(broker, 'a', 5);
    const plan = await planMemory(broker, [boxOf('a', { capacity: 3 }), boxOf('b', { capacity: 10 })]);
    const readAffected = plan.waves.flat().map(({ address, affected }) => [address, affected?.text]);
    expect(readAffected).toEqual([
      ['store/box/a', '5 things'],
      ['store/box/b', undefined],
    ]);
  });

  it('never deletes what the broker owns', async () => {
    const broker = await brokerWith(boxOf('system'));
    expect(summary(await planMemory(broker, [], { prune: true }))).toEqual([]);
    const plan = await planMemory(broker, [boxOf('system', { label: 'mine' })]);
    expect(plan.blockers).toMatchObject([{ risk: { class: 'refused', code: 'reserved' } }]);
  });

  it('leaves alone what disappears with what the broker owns, and says why it cannot be retired', async () => {
    const broker = await brokerWith(boxOf('system'), boxOf('b'), linkOf('b', 'system'));
    const all = { prune: true, owns: ['store/**'] };
    expect(summary(await planMemory(broker, [boxOf('b')], all))).toEqual([]);
    expect((await planMemory(broker, [boxOf('b')], { owns: ['store/**'] })).unmanaged).toEqual([]);
    const plan = await planMemory(broker, [], { retired: ['store/box/system', 'store/link/b/system'] });
    expect(plan.blockers).toMatchObject([
      { address: 'store/box/system', risk: { code: 'reserved', message: 'the broker owns it' } },
    ]);
  });

  it('leaves alone what is ignored and what disappears with it, and still counts it as a dependent', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b'), linkOf('a', 'c'));
    const ignoring = { owns: ['store/**'], ignore: ['store/box/b'] };
    expect((await planMemory(broker, [], ignoring)).unmanaged).toEqual([
      'store/box/a',
      'store/box/c',
      'store/link/a/c',
    ]);
    const plan = await planMemory(broker, [], { ...ignoring, prune: true });
    expect(summary(plan)).toEqual([['delete store/box/a', 'delete store/box/c']]);
    const step = plan.waves.flat().find(({ address }) => address === 'store/box/a');
    expect(step?.dependents.map(({ address }) => address)).toContain('store/link/a/b');
  });

  it('blocks what the broker says that it would refuse, and asks only where it is to be asked', async () => {
    const broker = await brokerWith(boxOf('system'), boxOf('b'));
    const asked: string[] = [];
    broker.object = ({ op, target }) => {
      asked.push(`${op} ${target}`);
      return target === 'store/box/wide' ? 'no room' : undefined;
    };
    const desired = [boxOf('system', { label: 'x' }), boxOf('b'), boxOf('wide'), boxOf('fine')];
    const plan = await planMemory(broker, desired);
    expect(asked.sort()).toEqual(['box.put store/box/fine', 'box.put store/box/wide']);
    const refusal = { class: 'refused', code: 'broker-refuses', message: 'no room (NO)' };
    expect(plan.blockers).toMatchObject([
      { address: 'store/box/system', risk: { code: 'reserved' } },
      { address: 'store/box/wide', risk: refusal },
    ]);
    const unasked = await planMemory(broker, desired, { preview: false });
    expect(unasked.blockers).toMatchObject([{ address: 'store/box/system' }]);
    expect(asked).toHaveLength(2);
    await planMemory(broker, [boxOf('system'), boxOf('b')]);
    expect(asked).toHaveLength(2);
  });

  it('compares only declared keys, after completing both sides', async () => {
    const broker = await brokerWith(boxOf('a', { label: 'x' }));
    expect(summary(await planMemory(broker, [boxOf('a', { capacity: 10 })]))).toEqual([]);
  });

  it('deletes after all else, dependents first', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'c')], {
      prune: true,
    });
    expect(summary(plan)).toEqual([
      ['create store/box/c'],
      ['create store/link/a/c'],
      ['delete store/link/a/b'],
    ]);
  });

  it('releases before it claims, even by a deletion and along a chain', async () => {
    const broker = await brokerWith(boxOf('c', { shelf: '1' }), boxOf('b', { shelf: '2' }), boxOf('d'));
    broker.links.set('store/link/c/c', { dependsOn: ['store/box/c'] });
    const plan = await planMemory(
      broker,
      [boxOf('a', { shelf: '2' }), boxOf('b', { shelf: '1' }), boxOf('d', { label: 'x' })],
      { retired: ['store/box/c'] },
    );
    expect(summary(plan)).toEqual([
      ['delete store/box/c', 'update store/box/d'],
      ['update store/box/b'],
      ['create store/box/a'],
    ]);
    expect(plan.waves.flat().map(({ runsAfter: after }) => after)).toEqual([
      [],
      [],
      ['store/box/c'],
      ['store/box/b'],
    ]);
    const report = await applyMemory(broker, plan);
    expect(report.steps.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied', 'applied']);
  });

  it('keeps deletions last that nothing waits for, next to one that is early', async () => {
    const broker = await brokerWith(boxOf('c', { shelf: '1' }), boxOf('z'));
    const plan = await planMemory(broker, [boxOf('a', { shelf: '1' })], {
      retired: ['store/box/c', 'store/box/z'],
    });
    expect(summary(plan)).toEqual([['delete store/box/c'], ['create store/box/a'], ['delete store/box/z']]);
  });

  it('gives no step of its own to what disappears anyway', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const plan = await planMemory(broker, [boxOf('a')], { prune: true });
    expect(summary(plan)).toEqual([['delete store/box/b']]);
    expect(plan.waves[0]?.[0]?.dependents).toMatchObject([{ address: 'store/link/a/b', outcome: 'removed' }]);
  });

  it('refuses to take down what is still declared', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const plan = await planMemory(broker, [boxOf('a'), linkOf('a', 'b')], { prune: true });
    expect(plan.blockers.map((blocker) => blocker.risk.code)).toEqual(['still-needed']);
  });

  it('is the same whatever the order of declarations and of live state', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const desired = [
      boxOf('a', { shape: 'round' }),
      boxOf('b'),
      boxOf('c'),
      linkOf('a', 'b'),
      linkOf('b', 'c'),
    ];
    const plan = await planMemory(broker, desired);
    const shuffled = new MemoryBroker();
    for (const [address, box] of [...broker.boxes].reverse()) shuffled.boxes.set(address, box);
    for (const [address, link] of [...broker.links].reverse()) shuffled.links.set(address, link);
    expect(JSON.stringify(await planMemory(shuffled, [...desired].reverse()))).toBe(JSON.stringify(plan));
  });

  it('breaks a circle of needs rather than failing', async () => {
    const a = { ...boxOf('a'), dependsOn: ['store/box/b'] };
    const b = { ...boxOf('b'), dependsOn: ['store/box/a'] };
    expect((await planMemory(new MemoryBroker(), [a, b])).waves.flat()).toHaveLength(2);
  });
});

describe('replacement', () => {
  it('makes again what disappears with it, declared or not', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b'), linkOf('c', 'b'));
    const desired = [boxOf('a'), boxOf('b', { shape: 'round' }), boxOf('c'), linkOf('a', 'b')];
    const plan = await planMemory(broker, desired);
    expect(summary(plan)).toEqual([['replace store/box/b']]);
    const [step] = plan.waves.flat();
    expect(step?.fields).toMatchObject([
      { name: 'shape', before: 'square', after: 'round', immutable: 'a box keeps its shape' },
    ]);
    expect(step?.dependents.map(({ address, outcome }) => `${outcome} ${address}`)).toEqual([
      'recreated store/link/a/b',
      'recreated store/link/c/b',
    ]);
    await applyMemory(broker, plan);
    expect([...broker.links.keys()].sort()).toEqual(['store/link/a/b', 'store/link/c/b']);
    expect(broker.boxes.get('store/box/b')?.spec.shape).toBe('round');
  });

  it('makes what two replacements take along after both', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const desired = [boxOf('a', { shape: 'round' }), boxOf('b', { shape: 'round' }), linkOf('a', 'b')];
    const plan = await planMemory(broker, desired);
    expect(summary(plan)).toEqual([
      ['replace store/box/a', 'replace store/box/b'],
      ['create store/link/a/b'],
    ]);
    const report = await applyMemory(broker, plan);
    expect(report.steps.map((step) => step.status)).toEqual(['applied', 'applied', 'applied']);
    expect((await planMemory(broker, desired)).waves).toEqual([]);
  });
});

describe('the gate', () => {
  it('blocks a destructive change until it is allowed by class and address', async () => {
    const broker = await brokerWith(boxOf('a'));
    fill(broker, 'a', 3);
    const desired = [boxOf('a', { shape: 'round' })];
    const blocked = await planMemory(broker, desired);
    expect(blocked.blockers).toMatchObject([{ address: 'store/box/a', allow: 'destructive:store/box/a' }]);
    await expect(applyMemory(broker, blocked)).rejects.toThrow('1 blocked change');
    expect(broker.boxes.get('store/box/a')?.spec.shape).toBe('square');
    for (const allow of ['disruptive:**', 'destructive:store/box/b']) {
      expect((await planMemory(broker, desired, { allow: [allow] })).blockers).toHaveLength(1);
    }
    const allowed = await planMemory(broker, desired, { allow: ['destructive:store/box/*'] });
    expect(allowed.blockers).toEqual([]);
    await applyMemory(broker, allowed);
    expect(broker.boxes.get('store/box/a')?.spec.shape).toBe('round');
  });

  it('protects addresses and limits deletions', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), boxOf('c'));
    const options = { prune: true, protect: ['store/box/a'], maxDeletes: 2 };
    const plan = await planMemory(broker, [], options);
    const codes = plan.blockers.map(({ address, risk }) => `${address} ${risk.code}`).sort();
    expect(codes).toEqual([
      'store/box/a protected',
      'store/box/a too-many-deletes',
      'store/box/b too-many-deletes',
      'store/box/c too-many-deletes',
    ]);
    expect((await planMemory(broker, [], { ...options, allow: ['protected:**'] })).blockers).toEqual([]);
    const safe = await planMemory(broker, [boxOf('a', { label: 'new' })], { protect: ['**'] });
    expect(safe.blockers).toEqual([]);
    expect(worstRisk(safe.waves[0]?.[0]?.risks ?? [])).toBe('safe');
  });
});

describe('selection', () => {
  it('brings along what a target needs, and leaves out what an excluded creation would carry', async () => {
    const desired = [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b')];
    const targeted = await planMemory(new MemoryBroker(), desired, { targets: ['store/link/**'] });
    expect(summary(targeted)).toEqual([
      ['create store/box/a', 'create store/box/b'],
      ['create store/link/a/b'],
    ]);
    expect(targeted.excluded).toBe(1);
    const excluded = await planMemory(new MemoryBroker(), desired, { excludes: ['store/box/b'] });
    expect(summary(excluded)).toEqual([['create store/box/a', 'create store/box/c']]);
    expect(excluded.excluded).toBe(2);
  });
});

describe('a saved plan', () => {
  it('comes back the same, and not at all when it was cut or edited', async () => {
    const plan = await planMemory(new MemoryBroker(), [boxOf('a'), boxOf('b', { capacity: 5 })]);
    const text = writePlan(plan);
    expect(parsePlan(text)).toEqual(JSON.parse(JSON.stringify(plan)));
    expect(() => parsePlan(text.slice(0, -20))).toThrow(InvalidPlanFile);
    expect(() => parsePlan(text.replace('"capacity": 5', '"capacity": 6'))).toThrow(
      /modified after it was saved/,
    );
    expect(() => parsePlan('{}')).toThrow(/not a brokerform plan file/);
  });
});
