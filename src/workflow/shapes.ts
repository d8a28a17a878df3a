import { isObject } from '../model/index.ts';

/** Whether data that was read from a file is of the form that it must have. */
export type Test = (value: unknown) => boolean;

export const isText: Test = (value) => typeof value === 'string';
export const isFlag: Test = (value) => typeof value === 'boolean';
export const isCount: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
export const isTime: Test = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

export const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);

export const optional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

/** An object whose members pass their tests. Members without a test are ignored. */
export const shapeOf =
  <T>(tests: Readonly<Record<keyof T & string, Test>>): Test =>
  (value) =>
    isObject(value) && Object.entries<Test>(tests).every(([key, test]) => test(value[key]));

export const isPlace: Test = optional(
  (at) =>
    isObject(at) && isText(at.file) && isCount(at.line) && isCount(at.col) && optional(isText)(at.pattern),
);
