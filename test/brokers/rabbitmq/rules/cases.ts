import type { LintOptions, Sketch } from '../sketch.ts';

/** What a rule finds, by line of the sketch (`:field` where it points at the field), and a near miss that is fine. */
interface Case {
  bad: Sketch;
  at: string[];
  good: Sketch;
  options?: LintOptions;
}

/** By the name of the rule. */
export type Cases = Record<string, Case[]>;

export const dlx = { 'x-dead-letter-exchange': 'dlx' };
export const fanout = { type: 'fanout' };
export const direct = { type: 'direct' };
export const headers = { type: 'headers' };
export const quorum = { type: 'quorum' };
export const internal = { type: 'fanout', internal: true };
