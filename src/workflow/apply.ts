import { applyPlan as applyToTargets } from '../apply/index.ts';
import {
  type ApplyReport,
  allSteps,
  BlockedPlan,
  brokerOf,
  type Connection,
  type Plan,
  type Progress,
  type Session,
  type StaleDifference,
  StalePlan,
  secretsIn,
} from '../model/index.ts';
import { findBlockers, guardSteps } from '../plan/index.ts';
import { targetOf } from './broker-target.ts';
import type { Checked } from './check.ts';
import { type LockOptions, Locks } from './locks.ts';
import { closeSessions, type OpenOptions, openSessions } from './sessions.ts';

export interface ApplyOptions extends OpenOptions {
  readonly onError: 'stop' | 'continue';
  readonly timeout: number;
  /** First signal: calls in flight finish, no new one starts. */
  readonly drain: AbortSignal;
  /** Second signal: give up at once. */
  readonly abort: AbortSignal;
  /** Whether what brokers go on with by themselves is only begun, and not waited for. */
  readonly detach?: boolean;
  /** Messages per second that a move may take. */
  readonly limitRate?: number;
  /** The lock that keeps other applies of the project and environment away. Absent: none is taken. */
  readonly lock?: LockOptions;
  readonly onProgress?: (progress: Progress) => void;
  /** Receives what a user must know at once. Raw text of one line. */
  readonly onNote?: (text: string) => void;
  readonly now: () => Date;
}

/**
 * Applies a plan, fresh or saved, to the brokers that it was made for.
 * @throws BlockedPlan, StalePlan, LockHeld, ConnectionError, BrokerError, MissingVariable — all before anything is changed.
 */
export async function applyPlan(checked: Checked, plan: Plan, options: ApplyOptions): Promise<ApplyReport> {
  if (plan.blockers.length > 0) throw new BlockedPlan(plan);
  const guards = staleGuards(plan, checked.project);
  if (guards.length > 0) throw new StalePlan(guards);
  const brokers = plan.brokers.map(({ name, type }) => {
    const broker = checked.brokers.get(name);
    if (broker?.provider.name === type) return broker;
    throw new StalePlan([{ subject: name, message: `the configuration has no ${type} broker of this name` }]);
  });
  const connections = brokers.map(({ provider, connect }) => ({
    provider,
    connection: connect(options.timeout),
  }));
  for (const { connection } of connections) resolveSecrets(plan, connection);
  const sessions = await openSessions(connections, options);
  try {
    const targets = new Map(
      brokers.flatMap(({ name, provider }) => {
        const session = sessions.get(name);
        return session ? [[name, targetOf(session, provider, plan, options.now)] as const] : [];
      }),
    );
    return await withLocks(plan, sessions, options, (drain) =>
      applyToTargets({ ...options, drain, plan, targets }),
    );
  } finally {
    await closeSessions(sessions.values());
  }
}

/** Holds the locks from before the live state is read until the last call has ended. @throws LockHeld */
async function withLocks(
  plan: Plan,
  sessions: ReadonlyMap<string, Session>,
  options: ApplyOptions,
  apply: (drain: AbortSignal) => Promise<ApplyReport>,
): Promise<ApplyReport> {
  const { lock, signal, onNote } = options;
  if (!lock) return apply(options.drain);
  const locks = await Locks.take(plan, sessions, { ...lock, signal, ...(onNote && { onNote }) });
  try {
    const report = await apply(AbortSignal.any([options.drain, locks.drain]));
    const notes = locks.notes();
    return notes.length === 0 ? report : { ...report, notes };
  } finally {
    await locks.release();
  }
}

/** A secret that is missing is found before the first call, not in the middle. @throws MissingVariable */
function resolveSecrets(plan: Plan, { name, resolve }: Connection): void {
  for (const step of allSteps(plan)) {
    if (brokerOf(step.address) !== name) continue;
    for (const { $secret } of step.calls.flatMap(({ body }) => secretsIn(body))) resolve($secret);
  }
}

/** What the project guards by now and a plan does not say: it was made before that, or it was changed. */
function staleGuards(
  plan: Plan,
  { protect, limits }: Pick<Checked['project'], 'protect' | 'limits'>,
): StaleDifference[] {
  const bare = allSteps(plan).map((step) => ({
    ...step,
    risks: step.risks.filter((risk) => risk.class !== 'protected'),
  }));
  const rules = {
    allow: plan.allowed,
    protect,
    ...(limits.deletes !== undefined && { maxDeletes: limits.deletes }),
  };
  return findBlockers(guardSteps(bare, rules), plan.allowed).map(({ address, risk }) => ({
    subject: address,
    message: `blocked: ${risk.message}`,
  }));
}
