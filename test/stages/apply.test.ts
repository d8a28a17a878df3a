import { describe, expect, it } from 'vitest';
import { endingOf } from '../../src/cli/exit.ts';
import { StalePlan } from '../../src/model/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, linkOf } from '../memory/provider.ts';
import { applyMemory, brokerWith, byAddress, planMemory, statuses } from '../memory/run.ts';

describe('a plan that no longer fits', () => {
  it('is refused as a whole, each difference named, before anything is sent', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'));
    const plan = await planMemory(broker, [
      boxOf('a', { label: 'x' }),
      boxOf('b', { label: 'x' }),
      boxOf('c'),
    ]);
    broker.boxes.delete('store/box/a');
    broker.boxes.set('store/box/b', {
      spec: { shape: 'square', capacity: 10, label: 'theirs' },
      contents: 0,
    });
    broker.boxes.set('store/box/c', { spec: { shape: 'round', capacity: 1 }, contents: 0 });
    const error = await applyMemory(broker, plan).catch((thrown: StalePlan) => thrown);
    expect(error).toBeInstanceOf(StalePlan);
    expect((error as StalePlan).differences).toEqual([
      { subject: 'store/box/a', message: 'it is gone' },
      { subject: 'store/box/b', message: 'changed since: label' },
      { subject: 'store/box/c', message: 'it was not there when the plan was made' },
    ]);
    expect(broker.log).toEqual([]);
  });

  it('is refused on another cluster, and on another version', async () => {
    const plan = await planMemory(new MemoryBroker(), [boxOf('a')]);
    await expect(applyMemory(new MemoryBroker('store', 'memory-2'), plan)).rejects.toMatchObject({
      differences: [
        {
          subject: 'store',
          message: 'plan is for memory "memory-1", but this is memory "memory-2"',
        },
      ],
    });
  });

  it('is no false alarm when what changed is none of its business', async () => {
    const broker = await brokerWith(boxOf('a', { label: 'x' }), boxOf('b'));
    const plan = await planMemory(broker, [boxOf('a', { capacity: 20 })]);
    broker.boxes.set('store/box/a', {
      spec: { shape: 'square', capacity: 10, label: 'theirs' },
      contents: 9,
    });
    broker.boxes.delete('store/box/b');
    expect(statuses(await applyMemory(broker, plan))).toEqual({ 'box/a': 'applied' });
  });

  it('counts work that is done already as done', async () => {
    const broker = await brokerWith(boxOf('old'));
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b')], { prune: true });
    broker.boxes.set('store/box/a', { spec: { shape: 'square', capacity: 10 }, contents: 0 });
    broker.boxes.delete('store/box/old');
    expect(statuses(await applyMemory(broker, plan))).toEqual({
      'box/a': 'already',
      'box/b': 'applied',
      'box/old': 'already',
    });
    expect(broker.log.map((call) => call.op)).toEqual(['box.put']);
  });

  it('notices a binding that was added to what it replaces', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'));
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b', { shape: 'round' })]);
    broker.links.set('store/link/a/b', { dependsOn: linkOf('a', 'b').dependsOn });
    await expect(applyMemory(broker, plan)).rejects.toMatchObject({
      differences: [{ subject: 'store/box/b', message: 'its dependents changed: + link a → b' }],
    });
  });
});

describe('partial failure', () => {
  it('with stop, starts nothing after the first failure, and a second run finishes', async () => {
    const broker = new MemoryBroker();
    const desired = [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b')];
    const plan = await planMemory(broker, desired);
    broker.refuse = (call) => (call.target === 'store/box/b' ? 'no space' : undefined);
    const report = await applyMemory(broker, plan, { onError: 'stop' });
    expect(statuses(report)).toEqual({
      'box/a': 'applied',
      'box/b': 'failed',
      'box/c': 'not-started',
      'link/a/b': 'not-started',
    });
    expect(report.steps[1]?.failure).toMatchObject({ op: 'box.put', message: 'no space' });
    broker.refuse = () => undefined;
    expect(Object.values(statuses(await applyMemory(broker, plan)))).toEqual([
      'already',
      'applied',
      'applied',
      'applied',
    ]);
  });

  it('goes on with all that does not need what failed, and deletes nothing', async () => {
    const broker = await brokerWith(boxOf('old'));
    const plan = await planMemory(
      broker,
      [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b'), linkOf('a', 'c')],
      { prune: true },
    );
    broker.refuse = (call) => (call.target === 'store/box/b' ? 'no space' : undefined);
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({
      'box/a': 'applied',
      'box/b': 'failed',
      'box/c': 'applied',
      'link/a/b': 'not-started',
      'link/a/c': 'applied',
      'box/old': 'not-started',
    });
    expect(broker.boxes.has('store/box/old')).toBe(true);
  });

  it('finishes a replacement that was cut off after its deletion', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const desired = [boxOf('a'), boxOf('b', { shape: 'round' })];
    const plan = await planMemory(broker, desired);
    broker.refuse = (call) => (call.op === 'box.put' ? 'power cut' : undefined);
    expect(statuses(await applyMemory(broker, plan))).toEqual({ 'box/b': 'failed' });
    expect(broker.boxes.has('store/box/b')).toBe(false);
    broker.refuse = () => undefined;
    expect(statuses(await applyMemory(broker, plan))).toEqual({ 'box/b': 'applied' });
    expect(broker.links.has('store/link/a/b')).toBe(true);
  });

  it('does not delete the new resource again when only its dependents are missing', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b', { shape: 'round' })]);
    broker.refuse = (call) => (call.op === 'link.put' ? 'power cut' : undefined);
    expect(statuses(await applyMemory(broker, plan))).toEqual({ 'box/b': 'failed' });
    const box = broker.boxes.get('store/box/b');
    if (box) box.contents = 7;
    broker.refuse = () => undefined;
    broker.log.length = 0;
    expect(statuses(await applyMemory(broker, plan))).toEqual({ 'box/b': 'applied' });
    expect(broker.log.map((call) => call.op)).toEqual(['link.put']);
    expect(broker.boxes.get('store/box/b')?.contents).toBe(7);
  });
});

describe('what the live state shows counts', () => {
  it('a lost answer is found out by reading', async () => {
    const broker = new MemoryBroker();
    broker.loseAnswer = (call) => call.target === 'store/box/a';
    expect(statuses(await applyMemory(broker, await planMemory(broker, [boxOf('a'), boxOf('b')])))).toEqual({
      'box/a': 'applied',
      'box/b': 'applied',
    });
  });

  it('an accepted call that changed nothing is not called applied', async () => {
    const broker = new MemoryBroker();
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b')]);
    broker.beforeCall = (call) => {
      if (call.target === 'store/box/b')
        broker.boxes.set('store/box/a', { spec: { capacity: 99 }, contents: 0 });
    };
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({ 'box/a': 'unverified', 'box/b': 'applied' });
    expect(report.steps[0]?.failure?.message).toMatch(/not as planned/);
  });

  it('a box that gets its first thing while the plan is applied is not deleted', async () => {
    const broker = await brokerWith(boxOf('a'));
    const plan = await planMemory(broker, [], { prune: true });
    expect(plan.blockers).toEqual([]);
    const box = broker.boxes.get('store/box/a');
    broker.beforeCall = () => {
      if (box) box.contents = 1;
    };
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({ 'box/a': 'failed' });
    expect(report.steps[0]).toMatchObject({
      failure: { message: 'holds 1 things' },
      affected: { text: '0 things' },
    });
    expect(broker.boxes.has('store/box/a')).toBe(true);
  });

  it('what has come to cost more than was allowed is refused before anything is sent', async () => {
    const broker = await brokerWith(boxOf('a'));
    const plan = await planMemory(broker, [boxOf('b')], { prune: true });
    const box = broker.boxes.get('store/box/a');
    if (box) box.contents = 1;
    const error = await applyMemory(broker, plan).catch((thrown: StalePlan) => thrown);
    expect((error as StalePlan).differences).toEqual([
      {
        subject: 'store/box/a',
        message: 'now destructive: its contents are lost; it was disruptive when the plan was made',
      },
    ]);
    expect(broker.log).toEqual([]);
  });
});

describe('another apply at the same time', () => {
  it('that takes something away again is made good once', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'));
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b', { shape: 'round' }), boxOf('c')]);
    let isOver = false;
    broker.beforeCall = ({ target }) => {
      if (target !== 'store/box/c' || isOver) return;
      isOver = true;
      broker.links.clear();
      broker.boxes.delete('store/box/b');
    };
    // c comes last: after it, what the other one took is missing.
    const waves = [plan.waves.flat().toSorted(byAddress)];
    expect(Object.values(statuses(await applyMemory(broker, { ...plan, waves })))).toEqual([
      'applied',
      'applied',
    ]);
    expect([...broker.links.keys()]).toEqual(['store/link/a/b']);
  });

  it('is told where what was done already is undone', async () => {
    const broker = await brokerWith(boxOf('old'));
    const plan = await planMemory(broker, [boxOf('a')], { prune: true });
    broker.boxes.delete('store/box/old');
    broker.beforeCall = () => broker.boxes.set('store/box/old', { spec: {}, contents: 0 });
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({ 'box/a': 'applied', 'box/old': 'unverified' });
    expect(endingOf(report)).toEqual({ partial: true });
  });
});

describe('signals', () => {
  it('after the first, starts nothing new and reports the rest', async () => {
    const broker = new MemoryBroker();
    const drain = new AbortController();
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b'), linkOf('a', 'b')]);
    broker.beforeCall = () => drain.abort();
    const report = await applyMemory(broker, plan, { drain: drain.signal });
    expect(statuses(report)).toEqual({
      'box/a': 'applied',
      'box/b': 'not-started',
      'link/a/b': 'not-started',
    });
  });
});

describe('what others make meanwhile', () => {
  it('counts as done where it is as planned, and fails where it is not', async () => {
    const broker = new MemoryBroker();
    const plan = await planMemory(broker, [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'c')]);
    broker.isTaken = ({ target }) => target !== 'store/box/c' && target.startsWith('store/box/');
    broker.beforeCall = ({ target }) => {
      const capacity = target === 'store/box/a' ? 10 : 99;
      if (target === 'store/box/c') return;
      broker.boxes.set(target, { spec: { shape: 'square', capacity }, contents: 0 });
    };
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({
      'box/a': 'already',
      'box/b': 'failed',
      'box/c': 'applied',
      'link/a/c': 'applied',
    });
    expect(report.steps[0]).not.toHaveProperty('failure');
    expect(report.steps[1]?.failure).toMatchObject({ status: 'TAKEN', message: 'it is there' });
  });
});

describe('work that takes long', () => {
  const wanted = [boxOf('a'), boxOf('b'), linkOf('a', 'b')];

  it('is told of while it lasts, and no longer', async () => {
    const broker = new MemoryBroker();
    broker.takesLong = ({ target }) => target === 'store/box/a';
    const told: (string | undefined)[] = [];
    const onProgress = ({ done, work }: { done: number; work?: string }) =>
      told.push(`${done} ${work ?? '-'}`);
    const report = await applyMemory(broker, await planMemory(broker, wanted), { onProgress });
    expect(told[0]).toBe('0 working at store/box/a');
    expect(told.slice(1).some((text) => text?.includes('working'))).toBe(false);
    expect(told.at(-1)).toBe('3 -');
    expect(Object.values(statuses(report))).toEqual(['applied', 'applied', 'applied']);
  });

  it('is left to the broker when it is not to be waited for, and what needs it goes on', async () => {
    const broker = new MemoryBroker();
    broker.takesLong = ({ target }) => target === 'store/box/a';
    broker.beforeCall = ({ target }) => {
      if (target === 'store/box/a') broker.boxes.set(target, { spec: {}, contents: 0 });
    };
    const report = await applyMemory(broker, await planMemory(broker, wanted), { detach: true });
    expect(statuses(report)).toEqual({ 'box/a': 'under-way', 'box/b': 'applied', 'link/a/b': 'applied' });
    expect(report.steps[0]).toMatchObject({ note: 'half of it' });
  });
});
