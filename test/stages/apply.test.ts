import { describe, expect, it } from 'vitest';
import { type ApplyReport, StalePlan } from '../../src/model/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, linkOf } from '../memory/provider.ts';
import { applyMemory, planMemory } from '../memory/run.ts';

const statuses = (report: ApplyReport) =>
  Object.fromEntries(report.steps.map((step) => [step.address.replace('store/', ''), step.status]));

async function brokerWith(...desired: Parameters<typeof planMemory>[1]): Promise<MemoryBroker> {
  const broker = new MemoryBroker();
  await applyMemory(broker, await planMemory(broker, desired));
  broker.log.length = 0;
  return broker;
}

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
          message: 'the plan was made for memory "memory-1", and this is memory "memory-2"',
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
    broker.links.set('store/link/a/b', { needs: linkOf('a', 'b').needs });
    await expect(applyMemory(broker, plan)).rejects.toMatchObject({
      differences: [{ subject: 'store/box/b', message: 'what depends on it changed since' }],
    });
  });
});

describe('partial failure', () => {
  it('stops at the first failure, and a second run finishes', async () => {
    const broker = new MemoryBroker();
    const desired = [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b')];
    const plan = await planMemory(broker, desired);
    broker.refuse = (call) => (call.target === 'store/box/b' ? 'no space' : undefined);
    const report = await applyMemory(broker, plan);
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

  it('with continue, goes on with all that does not need what failed, and deletes nothing', async () => {
    const broker = await brokerWith(boxOf('old'));
    const plan = await planMemory(
      broker,
      [boxOf('a'), boxOf('b'), boxOf('c'), linkOf('a', 'b'), linkOf('a', 'c')],
      { prune: true },
    );
    broker.refuse = (call) => (call.target === 'store/box/b' ? 'no space' : undefined);
    const report = await applyMemory(broker, plan, { onError: 'continue' });
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

  it('does not delete the new resource again when only its dependants are missing', async () => {
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
      if (call.target === 'store/box/b') broker.boxes.delete('store/box/a');
    };
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({ 'box/a': 'unverified', 'box/b': 'applied' });
    expect(report.steps[0]?.failure?.message).toMatch(/not as planned/);
  });

  it('a box that gets its first thing between plan and apply is not deleted', async () => {
    const broker = await brokerWith(boxOf('a'));
    const plan = await planMemory(broker, [], { prune: true });
    expect(plan.blockers).toEqual([]);
    const box = broker.boxes.get('store/box/a');
    if (box) box.contents = 1;
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toEqual({ 'box/a': 'failed' });
    expect(report.steps[0]).toMatchObject({
      failure: { message: 'holds 1 things' },
      stake: { text: '1 things' },
    });
    expect(broker.boxes.has('store/box/a')).toBe(true);
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
