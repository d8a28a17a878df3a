import {
  type AbandonedMove,
  type Affected,
  type BaseComparison,
  type BrokenTest,
  type BrokerIdentity,
  type Effect,
  type FailedExpectation,
  type FieldLine,
  isObject,
  type Json,
  type LeftBehind,
  PLAN_VERSION,
  type Plan,
  parseAddress,
  type Resource,
  type Side,
  type StaleDifference,
  type Step,
  type Surroundings,
  type Uncompared,
} from '../model/index.ts';

/** Whether data that was read from a file is of the form that it must have. */
type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isFlag: Test = (value) => typeof value === 'boolean';
const isCount: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isTime: Test = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);

const optional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

/** An object whose members pass their tests. Members without a test are ignored. */
const shapeOf =
  <T>(tests: Readonly<Record<keyof T & string, Test>>): Test =>
  (value) =>
    isObject(value) && Object.entries<Test>(tests).every(([key, test]) => test(value[key]));

const isPlace: Test = optional(
  (at) =>
    isObject(at) && isText(at.file) && isCount(at.line) && isCount(at.col) && optional(isText)(at.pattern),
);

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
const isBaseComparison = shapeOf<BaseComparison>({
  revision: isSide,
  undeclared: listOf(isLeftBehind),
  effects: listOf(isEffect),
  effectsCut: isCount,
  brokenTests: listOf(isBrokenTest),
});

const isStep: Test = (value) => isObject(value) && isText(value.address) && isObject(value.change);
const isResource = shapeOf<Pick<Resource, 'address' | 'spec' | 'dependsOn'>>({
  address: isText,
  spec: isObject,
  dependsOn: listOf(isText),
});

/** What no change decides, and is used all the same. */
const HEADER: Readonly<Record<keyof Plan, Test>> = {
  version: (value) => value === PLAN_VERSION,
  tool: isText,
  project: isText,
  environment: optional(isText),
  createdAt: isTime,
  brokers: listOf(
    shapeOf<Pick<BrokerIdentity, 'name' | 'type' | 'id' | 'version' | 'facts'>>({
      ...{ name: isText, type: isText, id: isText, version: isText },
      facts: isObject,
    }),
  ),
  waves: listOf(listOf(isStep)),
  blockers: listOf(isObject),
  allowed: listOf(isText),
  fingerprints: isObject,
  surroundings: shapeOf<Surroundings>({ live: listOf(isResource), desired: listOf(isResource) }),
  inSync: isCount,
  unmanaged: listOf(isText),
  excluded: isCount,
  uncompared: optional(listOf(shapeOf<Uncompared>({ address: isText, fields: listOf(isText) }))),
  abandonedMoves: optional(
    listOf(
      shapeOf<AbandonedMove>({
        ...{ address: isText, title: isText, detail: isText },
        left: listOf(
          shapeOf<AbandonedMove['left'][number]>({ address: isText, title: isText, text: optional(isText) }),
        ),
      }),
    ),
  ),
  base: optional(isBaseComparison),
};

/** Keys of a plan that do not hold what they must, and keys that no plan has. */
export function headerProblems(plan: Plan): StaleDifference[] {
  const data = plan as unknown as Readonly<Record<string, Json>>;
  const wrong = Object.entries(HEADER).flatMap(([key, test]) => (test(data[key]) ? [] : [key]));
  const unknown = Object.keys(data).filter((key) => !Object.hasOwn(HEADER, key));
  const steps = wrong.length === 0 ? plan.waves.flat() : [];
  return [
    ...wrong.map((key) => ({
      subject: key,
      message: data[key] === undefined ? 'it is missing' : 'it does not hold what a plan holds there',
    })),
    ...unknown.map((key) => ({ subject: key, message: 'no plan has this key' })),
    ...steps.flatMap((step) => {
      const problem = oddWords(step);
      return problem === undefined ? [] : [{ subject: step.address, message: problem }];
    }),
  ];
}

/** What is shown of a step as it is: places in files, when counts were read, and what the broker said. */
function oddWords({ change, fields, affected, risks }: Step): string | undefined {
  const places = [
    ...('before' in change ? [change.before?.at] : []),
    ...('after' in change ? [change.after?.at] : []),
    ...(Array.isArray(fields) ? fields.map((field) => field?.at) : []),
  ];
  if (!places.every(isPlace)) return 'a place in a file is none';
  if (affected !== undefined && !isTime(affected?.readAt)) return 'affected.readAt is not a time';
  const isSaid = (risk: unknown) =>
    isObject(risk) && isText(risk.message) && (risk.hint === undefined || isText(risk.hint));
  return listOf(isSaid)(risks) ? undefined : 'risks hold something else';
}
