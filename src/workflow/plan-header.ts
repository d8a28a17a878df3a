import {
  isObject,
  type Json,
  PLAN_VERSION,
  type Plan,
  type StaleDifference,
  type Step,
} from '../model/index.ts';
import { isBaseComparison } from './base-shape.ts';
import { isCount, isPlace, isText, isTime, listOf, type Test } from './shapes.ts';

const isStep: Test = (value) => isObject(value) && isText(value.address) && isObject(value.change);
const isResource: Test = (value) =>
  isObject(value) && isText(value.address) && isObject(value.spec) && listOf(isText)(value.dependsOn);

/** What no change decides, and is used all the same. */
const HEADER: Readonly<Record<keyof Plan, Test>> = {
  version: (value) => value === PLAN_VERSION,
  tool: isText,
  project: isText,
  environment: (value) => value === undefined || isText(value),
  createdAt: isTime,
  brokers: listOf(
    (value) =>
      isObject(value) &&
      ['name', 'type', 'id', 'version'].every((key) => isText(value[key])) &&
      isObject(value.facts),
  ),
  waves: listOf(listOf(isStep)),
  blockers: listOf(isObject),
  allowed: listOf(isText),
  fingerprints: isObject,
  surroundings: (value) =>
    isObject(value) && listOf(isResource)(value.live) && listOf(isResource)(value.desired),
  inSync: isCount,
  unmanaged: listOf(isText),
  excluded: isCount,
  uncompared: (value) =>
    value === undefined ||
    listOf((one) => isObject(one) && isText(one.address) && listOf(isText)(one.fields))(value),
  abandonedMoves: (value) =>
    value === undefined ||
    listOf(
      (one) =>
        isObject(one) &&
        ['address', 'title', 'detail'].every((key) => isText(one[key])) &&
        listOf(
          (item) =>
            isObject(item) &&
            isText(item.address) &&
            isText(item.title) &&
            (item.text === undefined || isText(item.text)),
        )(one.left),
    )(value),
  base: (value) => value === undefined || isBaseComparison(value),
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
