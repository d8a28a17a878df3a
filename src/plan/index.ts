export { findDependents, removedBy } from './dependents.ts';
export { parsePlan, parsePlanParts, planParts, SHORTEST_KEY, writePlan } from './file.ts';
export { fingerprint, fingerprintOf } from './fingerprint.ts';
export { allowance, checkAllowKey, findBlockers, guardSteps } from './gate.ts';
export { buildPlan } from './plan.ts';
export { buildSteps, type Steps, type StepsInput, streamSteps } from './steps.ts';
