export { type ApplyInput, applyPlan } from './apply.ts';
export { takesSeveralCalls } from './readiness.ts';
export type { Target, View } from './target.ts';
