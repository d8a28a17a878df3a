import { providers as allProviders } from '../brokers/index.ts';
import { InvalidPlanFile, type Plan, type Provider } from '../model/index.ts';
import { parsePlan, parsePlanParts } from '../plan/index.ts';
import { verifyPlan } from './verify.ts';

export interface ReadPlanOptions {
  /** The plan must be signed with this key. */
  readonly key?: string;
  /** Milliseconds: an older plan is refused. */
  readonly maxAge?: number;
  readonly now?: () => Date;
  /** The brokers that brokerform knows, where not given. */
  readonly providers?: readonly Provider[];
}

/** Clocks of two machines may differ by as much. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Reads a saved plan, and checks that it does what it shows.
 * @throws InvalidPlanFile when it is no plan, was edited, is not signed with the key, too old, or does something else.
 */
export function readPlan(text: string, options: ReadPlanOptions = {}): Plan {
  return checked(parsePlan(text, options.key), options);
}

/** {@link readPlan} of a large text, which comes in parts; `whole` gives all of it, should it be damaged. */
export async function readPlanParts(
  parts: AsyncIterable<string>,
  whole: () => Promise<string>,
  options: ReadPlanOptions = {},
): Promise<Plan> {
  return checked(await parsePlanParts(parts, whole, options.key), options);
}

function checked(plan: Plan, options: ReadPlanOptions): Plan {
  verifyPlan(plan, options.providers ?? allProviders);
  if (options.maxAge !== undefined) checkAge(plan, options.maxAge, (options.now ?? (() => new Date()))());
  return plan;
}

function checkAge({ createdAt }: Plan, maxAge: number, now: Date): void {
  const age = now.getTime() - Date.parse(createdAt);
  if (age < -CLOCK_SKEW_MS) throw new InvalidPlanFile(`the plan was made in the future, at ${createdAt}`);
  if (age > maxAge) throw new InvalidPlanFile(`the plan is too old: it was made at ${createdAt}`);
}
