import type { BrokerIdentity, Plan, Step } from '../model/index.ts';
import { findBlockers, type GateRules, guardSteps } from './gate.ts';
import type { Steps } from './steps.ts';
import { orderSteps } from './waves.ts';

export interface PlanInput {
  readonly tool: string;
  readonly project: string;
  readonly environment: string | undefined;
  readonly createdAt: string;
  readonly brokers: readonly BrokerIdentity[];
  /** Of every broker. */
  readonly steps: readonly Steps[];
  readonly rules: GateRules;
  readonly inSync: number;
  readonly unmanaged: readonly string[];
  readonly excluded: number;
}

/** Puts the steps of all brokers into one plan: guarded, ordered, with every blocker. */
export function buildPlan(input: PlanInput): Plan {
  const guarded = guardSteps(
    input.steps.flatMap((part) => part.steps),
    input.rules,
  );
  const fingerprints = Object.assign({}, ...input.steps.map((part) => part.fingerprints));
  return {
    version: 1,
    tool: input.tool,
    project: input.project,
    ...(input.environment !== undefined && { environment: input.environment }),
    createdAt: input.createdAt,
    brokers: input.brokers,
    waves: orderSteps(guarded),
    blockers: findBlockers(guarded, input.rules.allow),
    allowed: input.rules.allow,
    fingerprints,
    inSync: input.inSync,
    unmanaged: input.unmanaged,
    excluded: input.excluded,
  } satisfies Plan & { waves: Step[][] };
}
