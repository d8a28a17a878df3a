import type { Rule } from '../../../model/index.ts';

/** Every lint rule of Kafka: one file each, named as its code. */
export const rules: readonly Rule[] = [];
