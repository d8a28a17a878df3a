import { expect, test } from 'vitest';
import { exitCode, UsageError } from '../../src/cli/exit.ts';
import { explainFailure } from '../../src/cli/failure.ts';
import {
  BlockedPlan,
  BrokerError,
  ConnectionError,
  InputError,
  InvalidPlanFile,
  InvalidProject,
  LintErrors,
  MissingVariable,
  StalePlan,
} from '../../src/model/index.ts';
import { plan } from '../report/example.ts';

test.each<[string, unknown, string, number]>([
  ['wrong usage', new UsageError('m'), 'usage', 64],
  ['a bad file', new InputError('m'), 'input', 65],
  ['a bad project', new InvalidProject([]), 'input', 65],
  ['lint errors', new LintErrors([]), 'findings', 3],
  ['a missing variable', new MissingVariable('DB'), 'input', 65],
  ['no such file', Object.assign(new Error('ENOENT: …'), { code: 'ENOENT', path: 'x.yaml' }), 'input', 65],
  ['an unreachable broker', new ConnectionError('main', 'refused'), 'connection', 1],
  ['a refusal', new BrokerError('main', { op: 'GET', message: 'no' }), 'broker', 1],
  ['a stale plan', new StalePlan([{ subject: 'a', message: 'gone' }]), 'stale-plan', 4],
  ['a damaged plan', new InvalidPlanFile('cut off'), 'damaged-plan', 4],
  ['a blocked plan', new BlockedPlan(plan()), 'blocked-plan', 3],
  ['anything else', new TypeError('x is not a function'), 'bug', 1],
  ['even no error', 'text', 'bug', 1],
])('%s', (_, error, kind, code) => {
  const { failure, ending } = explainFailure(error);
  expect([failure.kind, exitCode(ending)]).toEqual([kind, code]);
});

test('several brokers that failed are each told', () => {
  const errors = [
    new ConnectionError('a', 'refused', { hint: 'start it' }),
    new ConnectionError('b', 'wrong password'),
  ];
  const { failure, ending } = explainFailure(new AggregateError(errors));
  expect(failure.differences).toEqual([
    { subject: 'a', message: 'refused (start it)' },
    { subject: 'b', message: 'wrong password' },
  ]);
  expect(exitCode(ending)).toBe(1);
});

test('a bug among several errors stays a bug', () => {
  const errors = [new ConnectionError('a', 'refused'), new TypeError('oops')];
  expect(explainFailure(new AggregateError(errors)).failure.kind).toBe('bug');
});

test('what a signal broke off is an interruption, not a failure or a bug', () => {
  for (const error of [new DOMException('aborted', 'AbortError'), new ConnectionError('main', 'aborted')]) {
    const { failure, ending } = explainFailure(error, 'SIGTERM');
    expect([failure.kind, exitCode(ending)]).toEqual(['interrupted', 143]);
  }
});

test('a broker that may be starting is worth a wait', () => {
  const starting = new ConnectionError('main', 'refused', { transient: true });
  expect(explainFailure(starting).failure.hint).toContain('--wait');
  expect(explainFailure(new ConnectionError('main', 'wrong password')).failure.hint).toBeUndefined();
});
