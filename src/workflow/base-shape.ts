import {
  type Affected,
  type BaseComparison,
  type BrokenTest,
  type Effect,
  type FailedExpectation,
  type FieldLine,
  isObject,
  type LeftBehind,
  parseAddress,
  type Side,
} from '../model/index.ts';
import { isCount, isFlag, isPlace, isText, isTime, listOf, optional, shapeOf, type Test } from './shapes.ts';

const isAddress: Test = (value) => {
  if (typeof value !== 'string') return false;
  try {
    parseAddress(value);
    return true;
  } catch {
    return false;
  }
};

const isSide = shapeOf<Side>({
  ref: optional(isText),
  commit: optional(isText),
  errors: isCount,
  note: optional(isText),
});

const isFieldLine = shapeOf<FieldLine>({
  name: isText,
  before: optional(isText),
  after: optional(isText),
  at: isPlace,
  immutable: optional(isText),
});

const isAffected = shapeOf<Affected>({ text: isText, values: isObject, readAt: isTime });

const isLeftBehind = shapeOf<LeftBehind>({
  address: isAddress,
  title: isText,
  detail: isText,
  fields: optional(listOf(isFieldLine)),
  reset: optional(isText),
  at: isPlace,
  dependents: optional(listOf(isAddress)),
  owned: isFlag,
  still: optional(isText),
  affected: optional(isAffected),
});

const isEffect = shapeOf<Effect>({
  address: isAddress,
  title: isText,
  detail: isText,
  about: listOf(isText),
  more: isCount,
  outcome: isText,
  text: isText,
  risk: (value) => value === 'safe' || value === 'disruptive',
  at: isPlace,
});

const isFailedExpectation = shapeOf<FailedExpectation>({
  key: isText,
  message: isText,
  hint: optional(isText),
  at: isPlace,
});

const isBrokenTest = shapeOf<BrokenTest>({
  name: isText,
  at: isPlace,
  failures: listOf(isFailedExpectation),
  removed: optional((value) => value === true),
});

/** Whether a saved plan's `base` holds what is shown of it: no change makes it again, so that only its form is checked. */
export const isBaseComparison = shapeOf<BaseComparison>({
  revision: isSide,
  undeclared: listOf(isLeftBehind),
  effects: listOf(isEffect),
  effectsCut: isCount,
  brokenTests: listOf(isBrokenTest),
});
