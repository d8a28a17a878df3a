import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type ApplyReport,
  type LockAttempt,
  LockHeld,
  type LockHolder,
  type LockRequest,
  type Plan,
} from '../../src/model/index.ts';
import { type ApplyOptions, applyPlan, type Checked, check, makePlan } from '../../src/workflow/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { memoryProvider } from '../memory/provider.ts';

/*
 * One apply at a time: what the workflow makes of the locks that brokers keep.
 */

const NEVER = new AbortController().signal;

const OPTIONS: ApplyOptions = {
  ...{ onError: 'continue', timeout: 1000, wait: 0, signal: NEVER, onWait: () => {}, drain: NEVER },
  ...{ abort: NEVER, now: () => new Date() },
};

let folder: string;
let one: MemoryBroker;
let two: MemoryBroker;
let checked: Checked;
let plan: Plan;

const holderOf = (id: string): LockHolder => ({
  ...{ id, host: `host-${id}`, user: 'deploy', job: `https://ci.example/${id}` },
  ...{ pid: 7, since: '2026-11-27T12:03:11.250Z' },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brokerform-locks-'));
  [two, one] = [new MemoryBroker('two', 'memory-2'), new MemoryBroker('one', 'memory-1')];
  const brokers = { two: { type: 'memory' }, one: { type: 'memory' } };
  writeFileSync(
    join(folder, 'brokerform.yaml'),
    JSON.stringify({ project: 'shop', topologies: ['topology.yaml'], brokers }),
  );
  const sections = ['two', 'one'].map((broker) => `memory: { broker: ${broker}, boxes: { a: {}, b: {} } }\n`);
  writeFileSync(join(folder, 'topology.yaml'), sections.join('---\n'));
  checked = check({ directory: folder, env: {}, providers: [memoryProvider([one, two])] });
  expect(checked.diagnostics).toEqual([]);
  plan = await planNow();
});
afterEach(() => rmSync(folder, { recursive: true }));

const planNow = () =>
  makePlan(checked, {
    ...{ targets: [], excludes: [], prune: false, allow: [], timeout: 1000, wait: 0, signal: NEVER },
    ...{ onWait: () => {}, now: () => new Date() },
  });

function apply(id: string, wait = 0, options: Partial<ApplyOptions> = {}): Promise<ApplyReport> {
  return applyPlan(checked, plan, {
    ...OPTIONS,
    lock: { holder: holderOf(id), wait },
    ...options,
  });
}

/** Keeps the first call of a broker until the result is called. */
function pauseCalls(broker: MemoryBroker): { started: Promise<void>; go: () => void } {
  let go = () => {};
  let begin = () => {};
  const started = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  broker.afterCall = () => {
    begin();
    return held;
  };
  return { started, go };
}

/** Each request for a lock of the broker takes a second, by a clock that only these requests move. */
function slowLocks(broker: MemoryBroker, attempt?: LockAttempt): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  broker.withholdLock = () => {
    vi.setSystemTime(Date.now() + 1_000);
    return attempt;
  };
}

const statuses = ({ steps }: ApplyReport) => steps.map(({ status }) => status);
const isFree = () => one.locks.size + two.locks.size === 0;

describe('an apply', () => {
  test('takes the lock on each broker in one order, before the live state is read, and releases all', async () => {
    const taken: string[] = [];
    for (const broker of [two, one]) {
      broker.withholdLock = ({ project, creates }) => {
        taken.push(`${broker.identity.name} ${project} ${creates} ${broker.reads}`);
        return undefined;
      };
      broker.beforeCall = () => expect([one.locks.size, two.locks.size]).toEqual([1, 1]);
      broker.reads = 0;
    }
    const report = await apply('a');
    expect(new Set(statuses(report))).toEqual(new Set(['applied']));
    expect(report.notes).toBeUndefined();
    expect(taken).toEqual(['one shop 2 0', 'two shop 2 0']);
    expect(isFree()).toBe(true);
  });

  test('that changes one broker, or none, locks no other', async () => {
    two.boxes.set('two/box/a', { spec: {}, contents: 0 });
    two.boxes.set('two/box/b', { spec: {}, contents: 0 });
    plan = await planNow();
    let requests = 0;
    two.withholdLock = () => {
      requests++;
      return undefined;
    };
    await apply('a');
    expect(requests).toBe(0);
  });

  test('fails with who holds the lock, sends nothing, and keeps no lock', async () => {
    const { started, go } = pauseCalls(one);
    plan = { ...plan, environment: 'prod' };
    const first = apply('a');
    await started;
    slowLocks(one);
    const error = await apply('b').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockHeld);
    expect(error).toMatchObject({
      broker: 'one',
      message:
        'locked by another apply of shop (prod): deploy on host-a (pid 7) since 2026-11-27T12:03:11Z, https://ci.example/a',
      hint: expect.stringContaining('--wait-for-lock'),
    });
    expect(one.log).toHaveLength(1);
    expect([...one.locks.values()].map(({ id }) => id)).toEqual(['a']);
    go();
    expect(statuses(await first)).not.toContain('failed');
    expect(isFree()).toBe(true);
  });

  test('that is refused on its second broker releases the first', async () => {
    slowLocks(two, { status: 'taken' });
    await expect(apply('a')).rejects.toMatchObject({
      broker: 'two',
      message: 'locked by another apply of shop: the holder is unknown',
    });
    expect(isFree()).toBe(true);
  });

  test('waits for the holder if it is to, and says so once', async () => {
    const { started, go } = pauseCalls(one);
    const first = apply('a');
    await started;
    const onNote = vi.fn();
    const second = apply('b', 60_000, { onNote });
    await vi.waitFor(() => expect(onNote).toHaveBeenCalledOnce());
    expect(onNote.mock.calls[0]?.[0]).toMatch(/^waiting for one: locked by another apply .*host-a/);
    go();
    await first;
    expect(new Set(statuses(await second))).toEqual(new Set(['already']));
    expect(onNote).toHaveBeenCalledOnce();
  });

  test('that waits ends at the first signal', async () => {
    one.locks.set('any', holderOf('x'));
    one.withholdLock = () => ({ status: 'taken', holder: holderOf('x') });
    const interrupt = new AbortController();
    const waiting = apply('a', 60_000, { signal: interrupt.signal, onNote: () => interrupt.abort() });
    await expect(waiting).rejects.toThrow(/abort/i);
    expect(two.locks.size).toBe(0);
  });

  test('releases its locks when its plan is stale', async () => {
    one.boxes.set('one/box/a', { spec: { capacity: 3 }, contents: 0 });
    await expect(apply('a')).rejects.toThrow('plan is stale');
    expect(isFree()).toBe(true);
  });

  test('goes on without a lock that a broker cannot keep, and the report says so', async () => {
    one.withholdLock = () => ({ status: 'unavailable', reason: 'no right', hint: 'ask' });
    const report = await apply('a');
    expect(new Set(statuses(report))).toEqual(new Set(['applied']));
    expect(report.notes).toEqual(['one: applied without a lock: no right (hint: ask)']);
  });

  test('takes none if it is not to', async () => {
    one.withholdLock = () => ({ status: 'taken' });
    const report = await applyPlan(checked, plan, OPTIONS);
    expect(new Set(statuses(report))).toEqual(new Set(['applied']));
  });

  test('counts its own lock on a broker that is configured twice as held', async () => {
    two.withholdLock = ({ holder }) => ({ status: 'taken', holder });
    expect(new Set(statuses(await apply('a')))).toEqual(new Set(['applied']));
  });
});

describe('a lock that is lost in the middle', () => {
  /** Loses the lock on the first broker at its first call; further requests for it get these. */
  async function applyAndLose(answers: (request: LockRequest) => LockAttempt | undefined) {
    const requests: LockRequest[] = [];
    const { started, go } = pauseCalls(one);
    const applying = apply('a');
    await started;
    one.withholdLock = (request) => {
      requests.push(request);
      return answers(request);
    };
    one.loseLock();
    await vi.waitFor(() => expect(requests).not.toEqual([]));
    return { requests, finish: () => [go(), applying] as const };
  }

  test('is taken again, and the apply goes on', async () => {
    const { finish } = await applyAndLose(() => undefined);
    expect([...one.locks.values()].map(({ id }) => id)).toEqual(['a']);
    const report = await finish()[1];
    expect(new Set(statuses(report))).toEqual(new Set(['applied']));
    expect(report.notes).toBeUndefined();
    expect(isFree()).toBe(true);
  });

  test('is asked for until the broker is back, and no longer holds it for the lost connection', async () => {
    const troubles: LockAttempt[] = [
      { status: 'unavailable', reason: 'nothing listens' },
      { status: 'taken', holder: holderOf('a') },
    ];
    const { requests, finish } = await applyAndLose(() => troubles.shift());
    await vi.waitFor(() => expect(requests).toHaveLength(3));
    expect((await finish()[1]).notes).toBeUndefined();
    expect(isFree()).toBe(true);
  });

  test('and taken by another apply: no new step starts, on any broker, and the report says why', async () => {
    const { finish } = await applyAndLose(() => ({ status: 'taken', holder: holderOf('b') }));
    const report = await finish()[1];
    expect(new Set(statuses(report))).toEqual(new Set(['applied', 'not-started']));
    expect(statuses(report).filter((status) => status === 'not-started').length).toBeGreaterThan(0);
    expect(report.notes).toEqual([
      expect.stringMatching(
        /^one: the lock was lost, and another apply of shop has taken it: deploy on host-b/,
      ),
    ]);
    expect(isFree()).toBe(true);
  });

  test('and cannot be taken again: the apply goes on, and the report says so', async () => {
    const { finish } = await applyAndLose(() => ({ status: 'unavailable', reason: 'the vhost is gone' }));
    expect((await finish()[1]).notes).toEqual([
      'one: the lock was lost and could not be taken again: the vhost is gone',
    ]);
  });
});
