import { applyPlan as applyToTargets, type Progress } from '../apply/index.ts';
import { type ApplyReport, BlockedPlan, type Plan, StalePlan } from '../model/index.ts';
import { targetOf } from './broker-target.ts';
import type { Checked } from './check.ts';
import { closeSessions, type OpenOptions, openSessions } from './sessions.ts';

export interface ApplyOptions extends OpenOptions {
  readonly onError: 'stop' | 'continue';
  readonly timeout: number;
  /** First signal: calls in flight finish, no new one starts. */
  readonly drain: AbortSignal;
  /** Second signal: give up at once. */
  readonly abort: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly now: () => Date;
}

/**
 * Applies a plan, fresh or saved, to the brokers that it was made for.
 * @throws BlockedPlan, StalePlan, ConnectionError, BrokerError, MissingVariable — all before anything is changed.
 */
export async function applyPlan(checked: Checked, plan: Plan, options: ApplyOptions): Promise<ApplyReport> {
  if (plan.blockers.length > 0) throw new BlockedPlan(plan);
  const brokers = plan.brokers.map(({ name, type }) => {
    const broker = checked.brokers.get(name);
    if (broker?.provider.name === type) return broker;
    throw new StalePlan([{ subject: name, message: `the configuration has no ${type} broker of this name` }]);
  });
  const connections = brokers.map(({ provider, connect }) => ({
    provider,
    connection: connect(options.timeout),
  }));
  const sessions = await openSessions(connections, options);
  try {
    const targets = new Map(
      brokers.flatMap(({ name, provider }) => {
        const session = sessions.get(name);
        return session ? [[name, targetOf(session, provider, plan, options.now)] as const] : [];
      }),
    );
    return await applyToTargets({ ...options, plan, targets });
  } finally {
    await closeSessions(sessions.values());
  }
}
