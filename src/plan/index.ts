export { findDependants, removedBy } from './dependants.ts';
export { readPlan, writePlan } from './file.ts';
export { fingerprint, fingerprintOf } from './fingerprint.ts';
export { allowance, checkAllowKey } from './gate.ts';
export { buildPlan } from './plan.ts';
export { buildSteps, type Steps } from './steps.ts';
