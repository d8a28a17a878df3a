import { describe, expect, test } from 'vitest';
import { InvalidPlanFile } from '../../src/model/index.ts';
import { writePlan } from '../../src/plan/index.ts';
import { readPlan } from '../../src/workflow/saved-plan.ts';
import { planOfCase } from '../golden/run-case.ts';

describe('a signature', () => {
  const key = 'k'.repeat(32);

  test('fits the plan that it was made for, with the key that made it', async () => {
    const plan = await planOfCase('rabbitmq', 'retired');
    const text = writePlan(plan, key);
    expect(text).not.toContain(key);
    expect(readPlan(text, { key })).toEqual(JSON.parse(JSON.stringify(plan)));
    expect(() => readPlan(text, { key: 'x'.repeat(32) })).toThrow(/different key/);
    expect(() => readPlan(writePlan(plan), { key })).toThrow(/not signed/);
    const { signature } = JSON.parse(text) as { signature: string };
    const moved = { ...JSON.parse(writePlan({ ...plan, inSync: 7 })), signature };
    expect(() => readPlan(JSON.stringify(moved), { key })).toThrow(/different plan/);
    for (const odd of [null, 7, {}, '', 'hmac-sha256:', `${signature}0`]) {
      expect(() => readPlan(JSON.stringify({ ...moved, signature: odd }), { key })).toThrow(InvalidPlanFile);
    }
  });

  test('a plan may be too old, or from the future', async () => {
    const plan = await planOfCase('rabbitmq', 'retired');
    const at = (offset: number) => () => new Date(Date.parse(plan.createdAt) + offset);
    const read = (offset: number) => readPlan(writePlan(plan), { maxAge: 3_600_000, now: at(offset) });
    expect(read(3_600_000)).toMatchObject({ createdAt: plan.createdAt });
    expect(read(-60_000)).toMatchObject({ createdAt: plan.createdAt });
    expect(() => read(3_600_001)).toThrow(/too old/);
    expect(() => read(-600_000)).toThrow(/future/);
  });
});
