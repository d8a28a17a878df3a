/**
 * What most commands load: checks and plans. It imports no broker, so that only those of the project are loaded; the
 * build makes it one file.
 */
export { checkAllowKey, planParts } from '../plan/index.ts';
export { checkOnDemand } from './check-on-demand.ts';
export { makePlan } from './plan.ts';
