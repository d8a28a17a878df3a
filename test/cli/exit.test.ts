import { expect, test } from 'vitest';
import { type Ending, endingOf, exitCode } from '../../src/cli/exit.ts';
import type { ApplyReport, StepStatus } from '../../src/model/index.ts';

test.each<[Ending, number]>([
  [{}, 0],
  [{ differs: true }, 2],
  [{ differs: true, policy: true }, 3],
  [{ policy: true, failed: true }, 1],
  [{ failed: true, stale: true }, 4],
  [{ stale: true, partial: true }, 5],
  [{ refused: 64 }, 64],
  [{ refused: 65, failed: true }, 65],
  [{ partial: true, signal: 'SIGINT' }, 130],
  [{ signal: 'SIGTERM', failed: true, policy: true, differs: true, stale: true }, 143],
])('%o exits with %i', (ending, code) => {
  expect(exitCode(ending)).toBe(code);
});

function report(...statuses: StepStatus[]): ApplyReport {
  const steps = statuses.map((status, i) => ({
    address: `a/b/${i}`,
    title: '',
    detail: '',
    action: 'create',
    status,
  }));
  return { version: 2, project: 'p', startedAt: '', finishedAt: '', steps };
}

test.each<[StepStatus[], number]>([
  [[], 0],
  [['applied', 'already'], 0],
  [['applied', 'under-way'], 0],
  [['under-way', 'failed'], 5],
  [['failed', 'not-started'], 1],
  [['already', 'failed'], 1],
  [['applied', 'failed'], 5],
  [['applied', 'not-started'], 5],
  [['unverified'], 5],
  [['unknown', 'not-started'], 5],
  [['not-started'], 1],
])('a report of %j exits with %i', (statuses, code) => {
  expect(exitCode(endingOf(report(...statuses)))).toBe(code);
});
