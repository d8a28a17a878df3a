import type { Rule } from '../../model/index.ts';
import { lookalikeNames } from './lookalike-names.ts';
import { staleBaseline } from './stale-baseline.ts';
import { unknownField } from './unknown-field.ts';
import { unknownRule } from './unknown-rule.ts';
import { unusedSuppression } from './unused-suppression.ts';

/** The rules that apply to every broker. */
export const rules: readonly Rule[] = [
  lookalikeNames,
  staleBaseline,
  unknownField,
  unknownRule,
  unusedSuppression,
];
