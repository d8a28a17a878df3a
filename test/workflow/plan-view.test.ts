import { expect, test } from 'vitest';
import { applyPlan } from '../../src/apply/index.ts';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { allSteps, type Plan, type Resource, type Session } from '../../src/model/index.ts';
import { targetOf } from '../../src/workflow/broker-target.ts';
import { parseCase } from '../golden/case-file.ts';
import { runCase } from '../golden/run-case.ts';

const CASE = `An exchange with bindings is replaced

=== orders.yaml
rabbitmq:
  exchanges: { events: { type: direct } }
  queues: { orders: { bindings: [{ from: events, keys: [a, b] }] } }
=== live
rabbitmq:
  exchanges: { events: { type: topic } }
  queues: { orders: { bindings: [{ from: events, keys: [a, b, theirs] }] } }
`;

async function planned(): Promise<{ plan: Plan; after: Resource[] }> {
  let live: Resource[] = [];
  const { plan } = await runCase(parseCase(CASE), 'rabbitmq', (resources) => {
    live = resources;
    return resources;
  });
  if (!plan) throw new Error('no plan');
  const changed = new Map(
    allSteps(plan).flatMap(({ change }) => ('after' in change ? [[change.after.address, change.after]] : [])),
  );
  return { plan, after: live.map((one) => changed.get(one.address) ?? one) };
}

/** Applies the plan to a broker that has these resources and takes every call without doing anything. */
function applied(plan: Plan, live: readonly Resource[]) {
  const sent: string[] = [];
  const session = {
    broker: plan.brokers[0],
    read: async () => [...live],
    readMetrics: async () => new Map(),
    async *send(units: readonly (readonly { op: string }[])[]) {
      for (const [unit, calls] of units.entries()) {
        sent.push(...calls.map(({ op }) => op));
        yield { unit, status: 'done', callsDone: calls.length };
      }
    },
  } as unknown as Session;
  const never = new AbortController().signal;
  const targets = new Map([['main', targetOf(session, rabbitmq, plan, () => new Date(0))]]);
  const input = {
    plan,
    targets,
    onError: 'stop',
    drain: never,
    abort: never,
    now: () => new Date(0),
  } as const;
  return applyPlan(input).then(({ steps }) => ({ steps, sent }));
}

test('a move whose declared bindings are all there is done', async () => {
  const { plan, after } = await planned();
  const { steps, sent } = await applied(plan, after);
  expect(steps).toMatchObject([{ status: 'already' }]);
  expect(sent).toEqual([]);
});

test('a move that another apply deprived of bindings is sent again, and never counts as done without them', async () => {
  const { plan, after } = await planned();
  const left = after.filter(({ address }) => !/\/events\/queue\/orders\/[ab]$/.test(address));
  expect(left).toHaveLength(after.length - 2);
  const { steps, sent } = await applied(plan, left);
  expect(sent.filter((op) => op === 'queue.bind').length).toBeGreaterThanOrEqual(3);
  expect(steps).toMatchObject([
    {
      status: 'unverified',
      failure: { message: expect.stringMatching(/^missing: binding events → orders and 1 more$/) },
    },
  ]);
});
