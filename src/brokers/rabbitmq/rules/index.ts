import type { Rule } from '../../../model/index.ts';

export const rules: readonly Rule[] = [];
