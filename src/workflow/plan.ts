import { allSteps, type BrokerIdentity, InvalidPlanFile, type Plan, type Session } from '../model/index.ts';
import { buildPlan } from '../plan/index.ts';
import { type BrokerPlan, planBroker } from './broker-plan.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { placeDeletions } from './deletions.ts';
import type { CheckedSide } from './diff-sides.ts';
import { frozen, type LiveState, nothing } from './live.ts';
import type { KeptPlan } from './recorded.ts';
import { closeSessions, type OpenOptions, openSessions } from './sessions.ts';
import { TOOL } from './version.ts';

export interface PlanOptions extends OpenOptions {
  /** Address globs: plan only these and what they need. Everything where empty. */
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  /** Delete what the project owns and does not declare. */
  readonly prune: boolean;
  /** `<class>:<address glob>` keys. */
  readonly allow: readonly string[];
  /** Address globs of resources whose replacement moves their contents to the new resource. */
  readonly moves?: readonly string[];
  /** Address globs of resources whose secrets are set again, although nothing shows a difference. */
  readonly resets?: readonly string[];
  /** Whether brokers are asked what they would refuse, where they can be; they are unless this is false. */
  readonly preview?: boolean;
  /** A snapshot or export file instead of the live brokers, or `none` for brokers with nothing on them. */
  readonly against?: string;
  /** Where a relative `against` starts; by default the working directory. */
  readonly directory?: string;
  /** An earlier revision of the project, see `checkRevision`: tells what it leaves behind, and what changes for messages. */
  readonly base?: CheckedSide;
  /** Plans that an interrupted apply of this project left, for the brokers and the environment that it is about. */
  readonly kept?: readonly KeptPlan[];
  /** Told what is worth knowing and no part of the plan. Raw text of one line. */
  readonly onNote?: (text: string) => void;
  /** Timeout per broker request, in milliseconds. */
  readonly timeout: number;
  readonly now: () => Date;
}

/**
 * Compares what is declared with what is live.
 * @throws ConnectionError, BrokerError, MissingVariable, InvalidPlanFile (of a snapshot file), AggregateError of several.
 */
export async function makePlan(checked: Checked, options: PlanOptions): Promise<Plan> {
  if (options.against !== undefined)
    return planStates(checked, await offlineStates(checked, options.against, options.directory), options);
  const sessions = await openAll(checked, options);
  try {
    return await planStates(checked, sessions, options);
  } finally {
    await closeSessions(sessions.values());
  }
}

/** Sessions to every broker that the project says something about. */
function openAll(
  checked: Checked,
  options: OpenOptions & Pick<PlanOptions, 'timeout' | 'kept'>,
): Promise<Map<string, Session>> {
  const connections = [...checked.brokers.values()].map(({ provider, connect, desired, retired, owns }) => {
    const connection = connect(options.timeout);
    // Whether an interrupted apply adds to what is read depends on the broker.
    const isKnown = !options.kept?.length;
    return {
      provider,
      connection: isKnown ? { ...connection, reads: { desired, retired, owns } } : connection,
    };
  });
  return openSessions(connections, options);
}

/** The plan against these live states, by the name of the broker. */
export async function planStates(
  checked: Checked,
  states: ReadonlyMap<string, LiveState>,
  options: Omit<PlanOptions, keyof OpenOptions | 'timeout' | 'against' | 'directory'>,
): Promise<Plan> {
  const parts = await Promise.all(
    [...states].map(([name, live]): Promise<BrokerPlan> => {
      const { provider, desired, retired, owns, ignore } = brokerNamed(checked, name);
      return planBroker({ ...options, provider, live, desired, retired, owns, ignore });
    }),
  );
  const { project } = checked;
  const { protect, limits } = project;
  const plan = buildPlan({
    tool: TOOL,
    project: project.name,
    environment: project.environment,
    createdAt: options.now().toISOString(),
    brokers: parts.map((part): BrokerIdentity => part.broker),
    steps: parts.map((part) => ({ ...part, steps: placeDeletions(part.steps, checked) })),
    rules: {
      allow: options.allow,
      protect,
      ...(limits.deletes !== undefined && { maxDeletes: limits.deletes }),
    },
    inSync: parts.reduce((sum, part) => sum + part.inSync, 0),
    unmanaged: parts.flatMap((part) => part.unmanaged),
    excluded: parts.reduce((sum, part) => sum + part.excluded, 0),
  });
  const uncompared = parts.flatMap((part) => part.uncompared);
  const abandonedMoves = parts.flatMap((part) => part.abandonedMoves);
  const counted = {
    ...plan,
    ...(uncompared.length > 0 && { uncompared }),
    ...(abandonedMoves.length > 0 && { abandonedMoves }),
  };
  const { base } = options;
  if (!base) return counted;
  const { compareWithBase } = await import('./base-comparison.ts');
  const comparison = await compareWithBase({
    ...options,
    base,
    head: checked,
    states,
    steps: allSteps(plan),
  });
  return { ...counted, base: comparison };
}

async function offlineStates(
  checked: Checked,
  against: string,
  directory: string | undefined,
): Promise<Map<string, LiveState>> {
  const states = await Promise.all(
    [...checked.brokers.values()].map(async (broker): Promise<[string, LiveState]> => {
      if (against === 'none') return [broker.name, nothing(broker.assumed)];
      const { readSnapshot } = await import('./snapshot.ts');
      const snapshot = await readSnapshot(against, broker.name, broker.provider, directory);
      if (!snapshot)
        throw new InvalidPlanFile(
          `${against} holds nothing of broker "${broker.name}" (${broker.provider.name})`,
        );
      return [broker.name, frozen(snapshot)];
    }),
  );
  return new Map(states);
}

function brokerNamed(checked: Checked, name: string): DeclaredBroker {
  const broker = checked.brokers.get(name);
  if (!broker) throw new Error(`no broker ${name}`);
  return broker;
}
