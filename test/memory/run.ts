import { type ApplyInput, applyPlan } from '../../src/apply/index.ts';
import type { ApplyReport, Plan, Resource } from '../../src/model/index.ts';
import { buildPlan } from '../../src/plan/index.ts';
import { type BrokerPlanInput, planBroker } from '../../src/workflow/broker-plan.ts';
import { targetOf } from '../../src/workflow/broker-target.ts';
import { MemoryBroker } from './broker.ts';
import { memoryProvider } from './provider.ts';

const now = () => new Date('2026-01-02T03:04:05Z');

export interface MemoryPlanOptions extends Partial<Omit<BrokerPlanInput, 'live' | 'desired'>> {
  readonly protect?: readonly string[];
  readonly maxDeletes?: number;
}

/** Plans the desired resources against a memory broker, through the same stages as any other broker. */
export async function planMemory(
  broker: MemoryBroker,
  desired: readonly Resource[],
  options: MemoryPlanOptions = {},
): Promise<Plan> {
  const { protect = [], maxDeletes, allow = [], ...rest } = options;
  const part = await planBroker({
    provider: memoryProvider([broker]),
    live: broker.session(),
    desired,
    retired: [],
    owns: ['store/**'],
    prune: false,
    targets: [],
    excludes: [],
    now,
    allow,
    ...rest,
  });
  return buildPlan({
    tool: 'brokerform test',
    project: 'test',
    environment: undefined,
    createdAt: now().toISOString(),
    brokers: [part.broker],
    steps: [part],
    rules: { allow, protect, ...(maxDeletes !== undefined && { maxDeletes }) },
    inSync: part.inSync,
    unmanaged: part.unmanaged,
    excluded: part.excluded,
  });
}

export function applyMemory(
  broker: MemoryBroker,
  plan: Plan,
  options: Partial<ApplyInput> = {},
): Promise<ApplyReport> {
  const target = targetOf(broker.session(), memoryProvider([broker]), plan, now);
  return applyPlan({
    plan,
    targets: new Map([[broker.identity.name, target]]),
    onError: 'continue',
    drain: new AbortController().signal,
    abort: new AbortController().signal,
    now,
    ...options,
  });
}

export const byAddress = (one: { address: string }, other: { address: string }) =>
  one.address < other.address ? -1 : 1;

/** A broker that has these resources, and an empty log. */
export async function brokerWith(...desired: readonly Resource[]): Promise<MemoryBroker> {
  const broker = new MemoryBroker();
  const { steps } = await applyMemory(broker, await planMemory(broker, desired));
  const failed = steps.find(({ status }) => status !== 'applied');
  if (failed) throw new Error(`${failed.address}: ${failed.status}`);
  broker.log.length = 0;
  return broker;
}

/** By address, without the broker. */
export function statuses(report: ApplyReport): Record<string, string> {
  return Object.fromEntries(report.steps.map((step) => [step.address.replace('store/', ''), step.status]));
}
