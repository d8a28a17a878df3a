import { providers as allProviders } from '../brokers/index.ts';
import {
  allSteps,
  brokerOf,
  InvalidPlanFile,
  isObject,
  isSecretRef,
  type Json,
  kindOf,
  type Plan,
  type Provider,
  type Resource,
  type StaleDifference,
  type Step,
} from '../model/index.ts';
import { buildPlan, parsePlan, parsePlanParts, type Steps } from '../plan/index.ts';
import { headerProblems } from './plan-shape.ts';
import { type Claim, placeless, rebuildSteps, samePart } from './rebuild.ts';
import { firstDifference } from './recheck.ts';

/**
 * Checks, without any broker, that a saved plan does what it shows: its titles, fields, risks, calls, order and
 * blockers must be those that its own changes make. The digest of a file can be made anew, and this cannot.
 * What no change decides is taken as it is: times, places in files, counts, a broker's own words.
 * @throws InvalidPlanFile with each difference
 */
export function verifyPlan(plan: Plan, providers: readonly Provider[]): void {
  const problems = headerProblems(plan);
  if (problems.length > 0)
    throw new InvalidPlanFile('this is not a plan as brokerform writes it', { differences: problems });
  const differences = differencesOf(plan, providers);
  if (differences.length === 0) return;
  const count = `${differences.length} difference${differences.length === 1 ? '' : 's'}`;
  throw new InvalidPlanFile(`the plan does not do what it shows: ${count}`, { differences });
}

function differencesOf(plan: Plan, providers: readonly Provider[]): StaleDifference[] {
  try {
    const stray = strayedSecrets(plan, providers);
    if (stray.length > 0) return stray;
    return compare(plan, rebuildPlan(plan, providers));
  } catch (error) {
    if (error instanceof InvalidPlanFile) throw error;
    // Whatever a builder makes of data that no plan ever held.
    return [{ subject: 'plan', message: `cannot be made again: ${(error as Error).message}` }];
  }
}

/** What a plan claims of each of its brokers. @throws InvalidPlanFile for one that is not known */
function claimsOf(plan: Plan, providers: readonly Provider[]): Claim[] {
  const names = new Set(plan.brokers.map(({ name }) => name));
  for (const { address } of allSteps(plan)) {
    if (!names.has(brokerOf(address)))
      throw new InvalidPlanFile(`the plan changes ${address}, and names no broker of it`);
  }
  return plan.brokers.map((broker) => {
    const provider = providers.find(({ name }) => name === broker.type);
    if (!provider)
      throw new InvalidPlanFile(`the plan is for a broker of type ${broker.type}, which is unknown`);
    const isHere = ({ address }: { readonly address: string }) => brokerOf(address) === broker.name;
    const { live, desired } = plan.surroundings;
    return {
      provider,
      broker,
      steps: allSteps(plan).filter(isHere),
      surroundings: { live: live.filter(isHere), desired: desired.filter(isHere) },
      allowed: plan.allowed,
    };
  });
}

function rebuildPlan(plan: Plan, providers: readonly Provider[]): Plan {
  const told = new Map(allSteps(plan).map((step) => [step.address, step]));
  const parts = claimsOf(plan, providers).map((claim): Steps => {
    const { steps, ...built } = rebuildSteps(claim);
    const kept = Array.from(steps, (step) => {
      const known = told.get(step.address);
      return sharing(withWords(step, known), known);
    });
    return { ...built, steps: kept };
  });
  const { tool, project, environment, createdAt, brokers, inSync, unmanaged, excluded, allowed } = plan;
  return {
    ...buildPlan({
      ...{ tool, project, environment, createdAt, brokers, inSync, unmanaged, excluded },
      steps: parts,
      rules: { allow: allowed, ...guardsOf(allSteps(plan)) },
    }),
    surroundings: plan.surroundings,
    ...(plan.uncompared && { uncompared: plan.uncompared }),
    ...(plan.abandonedMoves && { abandonedMoves: plan.abandonedMoves }),
    ...(plan.base && { base: plan.base }),
  };
}

/** With the parts that the told step has as well, in the place of its own: a plan is not in memory twice. */
function sharing(step: Step, told: Step | undefined): Step {
  if (!told) return step;
  const shared = Object.entries(step).map(([key, part]) => {
    const known: unknown = told[key as keyof Step];
    return [key, samePart({ [key]: part }, { [key]: known }) ? known : part];
  });
  return Object.fromEntries(shared) as Step;
}

/** What the broker said when it was asked is only in the plan; it can block a step, and never opens one. */
function withWords(step: Step, told: Step | undefined): Step {
  const words = told?.risks.filter(
    ({ class: name, code }) => name === 'refused' && code === 'broker-refuses',
  );
  return words && words.length > 0 ? { ...step, risks: [...step.risks, ...words] } : step;
}

const MOST_DELETES = /limits\.deletes is (\d{1,9})$/;

/** The project's guards, as the plan tells of them; they are asked again before an apply. */
function guardsOf(steps: readonly Step[]): { protect: string[]; maxDeletes?: number } {
  const guards = steps.flatMap(({ address, risks }) =>
    risks.filter((risk) => risk.class === 'protected').map((risk) => ({ address, ...risk })),
  );
  const limit = guards.flatMap(({ code, message }) =>
    code === 'too-many-deletes' ? (MOST_DELETES.exec(message)?.[1] ?? []) : [],
  )[0];
  return {
    protect: guards.flatMap(({ address, code }) => (code === 'protected' ? [address] : [])),
    ...(limit !== undefined && { maxDeletes: Number(limit) }),
  };
}

/** Where a plan differs from the one that its changes make, by address. */
function compare(plan: Plan, again: Plan): StaleDifference[] {
  if (samePart(plan, again)) return [];
  const steps = (side: Plan) => new Map(allSteps(side).map((step) => [step.address, step]));
  const [told, made] = [steps(plan), steps(again)];
  const differences = [...told].flatMap(([address, step]): StaleDifference[] => {
    const other = made.get(address);
    if (!other) return [{ subject: address, message: 'no change makes this step' }];
    if (samePart(step, other)) return [];
    return [{ subject: address, message: firstDifference(dataOf(step), dataOf(other)) ?? 'differs' }];
  });
  for (const address of made.keys()) {
    if (!told.has(address)) differences.push({ subject: address, message: 'the plan lacks this step' });
  }
  if (differences.length > 0) return differences;
  const message = firstDifference(dataOf(plan), dataOf(again)) ?? 'the steps are in another order';
  return [{ subject: 'plan', message }];
}

function dataOf(part: Plan | Step): Json {
  return placeless(JSON.parse(JSON.stringify(part)) as Json);
}

/**
 * References to the environment where no resource of their kind has a secret. A reference is sent as the value of a
 * variable: in a description it would show that value to everyone who may read the broker.
 */
function strayedSecrets(plan: Plan, providers: readonly Provider[]): StaleDifference[] {
  const types = new Map(plan.brokers.map(({ name, type }) => [name, type]));
  const resources = [
    ...allSteps(plan).flatMap(({ change }) => [
      ...('before' in change ? [change.before] : []),
      ...('after' in change ? [change.after] : []),
    ]),
    ...plan.surroundings.live,
    ...plan.surroundings.desired,
  ];
  return resources.flatMap((resource): StaleDifference[] => {
    const { address } = resource;
    const provider = providers.find(({ name }) => name === types.get(brokerOf(address)));
    const path = stray(resource, resource.spec, [], provider);
    if (path === undefined) return [];
    const message = `${path.join('.')}: a value from the environment cannot stand here`;
    return [{ subject: address, message }];
  });
}

function stray(
  resource: Resource,
  value: Json,
  path: readonly string[],
  provider: Provider | undefined,
): readonly string[] | undefined {
  if (isSecretRef(value)) {
    const mayHold = provider?.kinds[kindOf(resource.address)]?.mayHoldSecret;
    return mayHold?.(path) === true ? undefined : path;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = isObject(value) ? Object.entries(value) : [...value.entries()];
  for (const [key, inner] of entries) {
    const found = stray(resource, inner as Json, [...path, String(key)], provider);
    if (found) return found;
  }
  return undefined;
}

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
