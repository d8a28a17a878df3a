import { describe, expect, it } from 'vitest';
import { endingOf } from '../../src/cli/exit.ts';
import { ConnectionError } from '../../src/model/index.ts';
import { boxOf, linkOf } from '../memory/provider.ts';
import { applyMemory, brokerWith, byAddress, planMemory, statuses } from '../memory/run.ts';

describe('a replacement that is refused when it is tried out', () => {
  it('is not begun, nor what needs it, nor any deletion; all else goes on', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), boxOf('old'));
    const desired = [
      boxOf('a', { shape: 'odd' }),
      boxOf('b', { shape: 'round' }),
      boxOf('c'),
      boxOf('d'),
      linkOf('a', 'c'),
      linkOf('c', 'd'),
    ];
    const plan = await planMemory(broker, desired, { retired: ['store/box/old'] });
    broker.refuseTrial = ({ op, body }) =>
      op === 'box.put' && (body as { shape?: string }).shape === 'odd' ? 'too odd' : undefined;
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toMatchObject({
      'box/a': 'failed',
      'link/a/c': 'not-started',
      'box/b': 'applied',
      'box/c': 'applied',
      'link/c/d': 'applied',
      'box/old': 'not-started',
    });
    expect(report.steps.find(({ status }) => status === 'failed')?.failure?.message).toBe('too odd');
    expect(broker.boxes.get('store/box/a')?.spec.shape).toBe('square');
  });
});

describe('a replacement that the broker refuses', () => {
  const round = boxOf('b', { shape: 'round' });

  async function replacement() {
    const broker = await brokerWith(
      boxOf('a'),
      boxOf('b'),
      linkOf('a', 'b'),
      linkOf('b', 'a'),
      linkOf('b', 'b'),
    );
    const plan = await planMemory(broker, [boxOf('a'), round], { allow: ['destructive:**'] });
    return { broker, plan, before: broker.resources() };
  }
  const refuseRound = ({ op, body }: { op: string; body?: unknown }) =>
    op === 'box.put' && (body as { shape?: string }).shape === 'round' ? 'no round boxes here' : undefined;

  it('leaves what was there before, with all that depends on it, and says what was lost', async () => {
    const { broker, plan, before } = await replacement();
    const box = broker.boxes.get('store/box/b');
    if (box) box.contents = 3;
    broker.refuse = refuseRound;
    const report = await applyMemory(broker, plan);
    expect(broker.resources().sort(byAddress)).toMatchObject(
      before.map(({ metrics: _, ...rest }) => rest).sort(byAddress),
    );
    expect(report.steps.find(({ address }) => address === 'store/box/b')).toMatchObject({
      status: 'failed',
      failure: { op: 'box.put', message: 'no round boxes here' },
      previous: 'restored',
      note: 'previous box restored with 2 dependents; lost: 3 things',
      affected: { text: '3 things' },
    });
    expect(endingOf(report)).toEqual({ partial: true });
  });

  it('restores what another replacement takes along, too, and what the plan was to remove', async () => {
    const broker = await brokerWith(boxOf('a'), boxOf('b'), linkOf('a', 'b'), linkOf('b', 'b'));
    const plan = await planMemory(broker, [boxOf('a', { shape: 'round' }), round], {
      retired: ['store/link/b/b'],
    });
    broker.refuse = (call) => (call.target === 'store/box/b' ? refuseRound(call) : undefined);
    const report = await applyMemory(broker, plan);
    expect(statuses(report)).toMatchObject({ 'box/a': 'applied', 'box/b': 'failed', 'link/a/b': 'applied' });
    expect([...broker.links.keys()].sort()).toEqual(['store/link/a/b', 'store/link/b/b']);
  });

  it('makes the dependents of what somebody else declared meanwhile', async () => {
    const { broker, plan } = await replacement();
    broker.refuse = (call) => {
      if (refuseRound(call) === undefined) return undefined;
      broker.boxes.set('store/box/b', { spec: { shape: 'square', capacity: 10 }, contents: 0 });
      return 'it is there';
    };
    const report = await applyMemory(broker, plan);
    expect(report.steps.find(({ address }) => address === 'store/box/b')).toMatchObject({
      status: 'failed',
      note: expect.stringContaining('another client declared the box meanwhile'),
    });
    expect(broker.links.size).toBe(3);
  });

  it('makes every other dependent when one is refused', async () => {
    const { broker, plan } = await replacement();
    broker.refuse = ({ target }) => (target === 'store/link/a/b' ? 'not this one' : undefined);
    const report = await applyMemory(broker, plan);
    expect(report.steps.find(({ address }) => address === 'store/box/b')).toMatchObject({
      status: 'failed',
      failure: { message: 'not this one' },
      note: '1 of 2 dependents re-created',
    });
    expect([...broker.links.keys()].sort()).toEqual(['store/link/b/a', 'store/link/b/b']);
    expect(endingOf(report)).toEqual({ partial: true });
  });

  it('is sent, and reported, also where what is at stake cannot be read any more', async () => {
    const { broker, plan } = await replacement();
    const session = broker.session();
    let looks = 0;
    const readMetrics: typeof session.readMetrics = async (resources) => {
      // The first look is the one before anything is sent.
      if (looks++ > 0) throw new ConnectionError('store', 'gone');
      return session.readMetrics(resources);
    };
    broker.session = () => ({ ...session, readMetrics });
    expect(Object.values(statuses(await applyMemory(broker, plan)))).toContain('applied');
    expect(looks).toBeGreaterThan(1);
  });

  it('says that nothing could be restored where the broker is gone', async () => {
    const { broker, plan } = await replacement();
    broker.refuse = ({ op }) => (op.endsWith('.put') ? 'gone' : undefined);
    const report = await applyMemory(broker, plan);
    expect(report.steps.find(({ address }) => address === 'store/box/b')).toMatchObject({
      previous: 'lost',
      note: 'previous box deleted and not restored: gone; lost: 0 things',
    });
    broker.refuse = () => undefined;
    expect(Object.values(statuses(await applyMemory(broker, plan)))).toEqual(['applied', 'applied']);
    expect(broker.links.size).toBe(3);
  });
});

describe('secrets that nobody can read back', () => {
  const secret = (name: string) => ({ $secret: `\${${name}}` });
  const desired = [boxOf('a', { label: secret('A') }), boxOf('b', { label: secret('B') })];
  const options = { resets: ['store/box/a'] };

  it('are set again when asked for, each time, and only then', async () => {
    const broker = await brokerWith(...desired);
    expect((await planMemory(broker, desired)).waves).toEqual([]);
    const plan = await planMemory(broker, desired, options);
    expect(plan.inSync).toBe(1);
    const steps = plan.waves.flat();
    expect(steps.map(({ address, action, fields }) => [address, action, fields])).toEqual([
      ['store/box/a', 'update', [{ name: 'label', before: '(secret)', after: '(secret), set again' }]],
    ]);
    const saved: typeof plan = JSON.parse(JSON.stringify(plan));
    for (let i = 0; i < 2; i++) {
      broker.log.length = 0;
      expect(statuses(await applyMemory(broker, saved))).toEqual({ 'box/a': 'applied' });
      expect(broker.log.map(({ op, target }) => [op, target])).toEqual([['box.put', 'store/box/a']]);
    }
  });

  it('are not taken for set when the answer was lost', async () => {
    const broker = await brokerWith(...desired);
    const plan = await planMemory(broker, desired, options);
    broker.loseAnswer = () => true;
    expect(statuses(await applyMemory(broker, plan))).toEqual({ 'box/a': 'unknown' });
  });

  it('join what else changes of the resource', async () => {
    const broker = await brokerWith(...desired);
    const changed = [boxOf('a', { label: secret('A'), capacity: 20 }), boxOf('b', { label: secret('B') })];
    const [step, ...more] = (await planMemory(broker, changed, options)).waves.flat();
    expect(more).toEqual([]);
    expect(step?.fields.map(({ name }) => name)).toEqual(['capacity', 'label']);
  });
});
