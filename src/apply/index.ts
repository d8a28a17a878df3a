export { type ApplyInput, applyPlan, type Progress } from './apply.ts';
export type { Target, View } from './target.ts';
