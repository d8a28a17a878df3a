import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { InvalidPlanFile, type Plan, StalePlan } from '../../src/model/index.ts';
import { writePlan } from '../../src/plan/index.ts';
import { PLAIN, renderPlan } from '../../src/report/index.ts';
import { readPlan, verifyPlan } from '../../src/workflow/saved-plan.ts';
import { planOfCase } from '../golden/run-case.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, linkOf, memoryProvider } from '../memory/provider.ts';
import { applyMemory, planMemory } from '../memory/run.ts';
import { runs, someOf } from '../setup/runs.ts';

type Path = readonly (string | number)[];
type Node = Record<string | number, unknown>;

/** Every place of data that holds no other data. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.keys(value).flatMap((key) => leavesOf((value as Node)[key], [...path, key]));
}

/** Another value of the same type, as a careful forger would choose. */
function other(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : 'x';
}

function mutated(plan: Plan, path: Path, change: (value: unknown) => unknown = other): Plan {
  return replacedAt(plan, path, change) as Plan;
}

/** A copy with another value at one place; what is beside it is shared. */
function replacedAt(node: unknown, [key, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (key === undefined) return change(node);
  const copy = (Array.isArray(node) ? [...node] : { ...(node as Node) }) as Node;
  copy[key] = replacedAt(copy[key], rest, change);
  return copy;
}

function sent(plan: Plan): string {
  return JSON.stringify(
    plan.waves.map((wave) =>
      wave.map((step) => [step.calls, step.restore, step.dependents.map((one) => one.calls)]),
    ),
  );
}

/** What a plan says beside its steps and what they do: no change decides it, or a broker's answer does. */
const FREE = /^(tool|project|environment|createdAt|inSync|excluded|unmanaged|brokers)\b|\.at\.|\.readAt$/;

describe('a saved plan does what it shows', () => {
  test.each([
    ['rabbitmq', 'replace-allowed'],
    ['rabbitmq', 'replace-exchange'],
    ['rabbitmq', 'policies'],
    ['rabbitmq', 'retired'],
    ['kafka', 'reassignment-under-way'],
    ['nats', 'replace-allowed'],
  ])('each value of %s/%s that is changed is noticed, or neither shown nor sent', async (broker, name) => {
    const plan = await planOfCase(broker, name);
    const show = (one: Plan) => renderPlan(one, 'text', { ...PLAIN, verbose: true });
    const [allSent, allShown] = [sent(plan), show(plan)];
    for (const path of someOf(leavesOf(plan))) {
      const forged = mutated(plan, path);
      try {
        verifyPlan(forged, providers);
      } catch (error) {
        if (error instanceof InvalidPlanFile) continue;
        throw error;
      }
      expect(sent(forged), path.join('.')).toBe(allSent);
      if (!FREE.test(path.join('.'))) expect(show(forged), path.join('.')).toBe(allShown);
    }
  });

  test('of any type: what is no plan is refused, and never breaks the program', async () => {
    const plan = await planOfCase('rabbitmq', 'replace-exchange');
    const paths = leavesOf(plan);
    const inner = paths.flatMap((path) => path.map((_, i) => path.slice(0, i + 1)));
    fc.assert(
      fc.property(fc.constantFrom(...inner), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
        try {
          const read = readPlan(writePlan(mutated(plan, path, () => value)));
          renderPlan(read, 'text', PLAIN);
          renderPlan(read, 'markdown', PLAIN);
        } catch (error) {
          expect(error, (error as Error).stack ?? '').toBeInstanceOf(InvalidPlanFile);
        }
      }),
      { numRuns: runs(50) },
    );
  });

  test('whatever stands under base is shown or refused, and never breaks the program', async () => {
    const at = { file: 'a.yaml', line: 1, col: 1 };
    const names = { address: 'main/queue/%2F/a', title: 'queue a', detail: 'vhost /', at };
    const affected = { text: '3 messages', values: { messages: 3 }, readAt: '2026-01-01T00:00:00.000Z' };
    const fields = [{ name: 'message-ttl', before: '1d', after: '2d', at, immutable: 'fixed' }];
    const base: NonNullable<Plan['base']> = {
      revision: { ref: 'main', commit: 'abc', errors: 0, note: 'a note' },
      undeclared: [
        { ...names, dependents: [names.address], owned: true, still: 'still bound', affected },
        { ...names, fields, reset: 'message-ttl: null', owned: false },
      ],
      effects: [{ ...names, about: ['key a'], more: 1, outcome: 'reach', text: 'reaches', risk: 'safe' }],
      effectsCut: 2,
      brokenTests: [{ name: 'a', at, failures: [{ key: 'reaches', message: 'b', at }], removed: true }],
    };
    const plan: Plan = { ...(await planOfCase('rabbitmq', 'replace-exchange')), base };
    const show = (one: Plan) => {
      const read = readPlan(writePlan(one));
      for (const format of ['text', 'markdown', 'json', 'sarif', 'junit'] as const) {
        renderPlan(read, format, { ...PLAIN, verbose: true });
      }
    };
    show(plan);
    const inner = leavesOf(base, ['base']).flatMap((path) => path.map((_, i) => path.slice(0, i + 1)));
    const values = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom({}, [], [null], null, '%', -1));
    fc.assert(
      fc.property(fc.constantFrom(...inner), values, (path, value) => {
        try {
          show(mutated(plan, path, () => value));
        } catch (error) {
          expect(error, (error as Error).stack ?? '').toBeInstanceOf(InvalidPlanFile);
        }
      }),
      { numRuns: runs(40) },
    );
  });

  test('an apply sends what the plan says, or nothing', async () => {
    const start = async () => {
      const broker = new MemoryBroker();
      const links = [linkOf('a', 'b'), linkOf('b', 'c')];
      await applyMemory(broker, await planMemory(broker, ['a', 'b', 'c'].map((n) => boxOf(n)).concat(links)));
      broker.log.length = 0;
      return broker;
    };
    const wanted = [boxOf('a', { shape: 'round' }), boxOf('b', { label: 'x' }), boxOf('d')];
    const options = { prune: true, allow: ['destructive:store/box/a'] };
    const broker = await start();
    const plan = await planMemory(broker, wanted, options);
    await applyMemory(broker, plan);
    const expected = JSON.stringify(broker.log);
    const known = [memoryProvider([broker])];
    for (const path of someOf(leavesOf(plan))) {
      for (const change of [other, () => 'store/box/c', () => 0, () => null]) {
        const forged = mutated(plan, path, change);
        let again: MemoryBroker | undefined;
        try {
          verifyPlan(forged, known);
          again = await start();
          await applyMemory(again, forged);
        } catch (error) {
          if (!(error instanceof InvalidPlanFile || error instanceof StalePlan)) throw error;
        }
        expect(['[]', expected], path.join('.')).toContain(JSON.stringify(again?.log ?? []));
      }
    }
  });

  test('what an update would send along is compared with what is live', async () => {
    const broker = new MemoryBroker();
    await applyMemory(broker, await planMemory(broker, [boxOf('a')]));
    const plan = await planMemory(broker, [], { prune: true });
    // The plan was made when the box was empty, and says so; a forger says it of a full one.
    const box = broker.boxes.get('store/box/a');
    if (box) box.contents = 3;
    verifyPlan(plan, [memoryProvider([broker])]);
    await expect(applyMemory(broker, plan)).rejects.toThrow(StalePlan);
  });
});

describe('a plan whose digest was made anew', () => {
  const shop: Plan['brokers'] = [
    { name: 'main', type: 'rabbitmq', id: 'golden', version: '4.3.6', facts: {} },
  ];

  /** As a reviewer sees it: one new queue. */
  async function nice(): Promise<Plan> {
    const plan = await planOfCase('rabbitmq', 'replace-allowed');
    const after = {
      address: 'main/queue/%2F/nice',
      spec: { type: 'quorum', durable: true, 'auto-delete': false, arguments: {} },
      dependsOn: ['main/vhost/%2F'],
    };
    const body = {
      ...{ vhost: '/', name: 'nice', durable: true, autoDelete: false },
      arguments: { 'x-queue-type': 'quorum' },
    };
    const call = { op: 'queue.declare', target: after.address, body };
    return {
      ...plan,
      brokers: shop,
      waves: [
        [
          {
            ...{ address: after.address, action: 'create', title: 'queue nice', detail: 'vhost /' },
            change: { action: 'create', after },
            ...{ fields: [], risks: [], dependents: [], runsAfter: [], calls: [call] },
          },
        ],
      ],
      allowed: [],
      fingerprints: { [after.address]: 'absent' },
      surroundings: { live: [], desired: [] },
    };
  }

  function differencesOf(plan: Plan): readonly { subject: string; message: string }[] {
    try {
      readPlan(writePlan(plan));
      return [];
    } catch (error) {
      if (error instanceof InvalidPlanFile) return error.differences;
      throw error;
    }
  }

  test('is read where it does what it shows', async () => {
    expect(differencesOf(await nice())).toEqual([]);
  });

  test('may not delete another queue, or make an administrator', async () => {
    const plan = await nice();
    const calls = ['waves', 0, 0, 'calls', 0];
    const deletes = mutated(plan, calls, () => ({
      ...{ op: 'queue.delete', target: 'main/queue/%2F/orders' },
      body: { vhost: '/', name: 'orders', type: 'quorum', ifEmpty: false },
    }));
    expect(differencesOf(deletes)).toEqual([
      {
        subject: 'main/queue/%2F/nice',
        message: 'calls[0].op: the plan has "queue.delete", its changes make "queue.declare"',
      },
    ]);
    const crowns = mutated(plan, calls, () => ({
      ...{ op: 'http.put', target: 'main/user/eve' },
      body: { path: ['users', 'eve'], payload: { tags: 'administrator', password: 'x' } },
    }));
    expect(differencesOf(crowns)).toMatchObject([{ message: expect.stringContaining('"http.put"') }]);
  });

  test('sends no variable of the environment to where it can be read', async () => {
    const plan = await nice();
    const after = {
      address: 'main/vhost/shop',
      spec: { description: { $secret: '${AWS_SECRET_ACCESS_KEY}' } },
      dependsOn: [],
    };
    const payload = { description: { $secret: '${AWS_SECRET_ACCESS_KEY}' } };
    const call = { op: 'http.put', target: after.address, body: { path: ['vhosts', 'shop'], payload } };
    const forged = mutated(plan, ['waves', 0, 0], (step) => ({
      ...(step as object),
      ...{ address: after.address, title: 'vhost shop', detail: '' },
      ...{ change: { action: 'create', after }, calls: [call] },
    }));
    expect(differencesOf({ ...forged, fingerprints: { [after.address]: 'absent' } })).toEqual([
      { subject: 'main/vhost/shop', message: 'description: a value from the environment cannot stand here' },
    ]);
  });
});
