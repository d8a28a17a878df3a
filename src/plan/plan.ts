import {
  type BrokerIdentity,
  brokerOf,
  PLAN_VERSION,
  type Plan,
  type Step,
  type Surroundings,
} from '../model/index.ts';
import { findBlockers, type GateRules, guardSteps } from './gate.ts';
import type { Steps } from './steps.ts';
import { orderSteps } from './waves.ts';

export interface PlanInput {
  readonly tool: string;
  readonly project: string;
  readonly environment: string | undefined;
  readonly createdAt: string;
  readonly brokers: readonly BrokerIdentity[];
  /** The steps of every broker. */
  readonly steps: readonly (Steps & { readonly surroundings?: Surroundings })[];
  readonly rules: GateRules;
  readonly inSync: number;
  readonly unmanaged: readonly string[];
  readonly excluded: number;
}

/** Combines the steps of all brokers into one plan: with guards, ordered, with every blocker. */
export function buildPlan(input: PlanInput): Plan {
  const guarded = guardSteps(
    tellApart(
      input.steps.flatMap((part) => part.steps),
      input.brokers,
    ),
    input.rules,
  );
  const acting = new Set(input.steps.flatMap((part) => [...(part.acting ?? [])]));
  const fingerprints = Object.assign({}, ...input.steps.map((part) => part.fingerprints));
  return {
    version: PLAN_VERSION,
    tool: input.tool,
    project: input.project,
    ...(input.environment !== undefined && { environment: input.environment }),
    createdAt: input.createdAt,
    brokers: input.brokers,
    waves: orderSteps(guarded, acting),
    blockers: findBlockers(guarded, input.rules.allow),
    allowed: input.rules.allow,
    fingerprints,
    surroundings: {
      live: input.steps.flatMap(({ surroundings }) => surroundings?.live ?? []),
      desired: input.steps.flatMap(({ surroundings }) => surroundings?.desired ?? []),
    },
    inSync: input.inSync,
    unmanaged: input.unmanaged,
    excluded: input.excluded,
  } satisfies Plan & { waves: Step[][] };
}

/** If several brokers have the same type, their resources have equal titles: each step names its broker. */
function tellApart(steps: readonly Step[], brokers: readonly BrokerIdentity[]): readonly Step[] {
  const types = new Map(brokers.map(({ name, type }) => [name, type]));
  const isAlone = (broker: string) => brokers.filter(({ type }) => type === types.get(broker)).length === 1;
  return steps.map((step) => {
    const broker = brokerOf(step.address);
    if (isAlone(broker)) return step;
    const detail = [step.detail, `broker ${broker}`].filter((part) => part !== '').join('  ');
    return { ...step, detail };
  });
}
