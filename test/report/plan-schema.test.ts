import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/index.ts';
import { PLAIN, type RunFailure, renderFailure, renderPlan } from '../../src/report/index.ts';
import { exampleDiagnostics, examplePlan, plan } from './example.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../src/report/plan.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

function errorsOf(value: unknown): unknown {
  validate(value);
  return validate.errors ?? [];
}

test('a plan in JSON is the plan itself, and fits the published schema', () => {
  for (const one of [examplePlan, plan()]) {
    const data = JSON.parse(renderPlan(one, 'json', PLAIN));
    expect(data).toEqual(JSON.parse(JSON.stringify(one)));
    expect(errorsOf(data)).toEqual([]);
  }
});

test('a failure in JSON fits the same schema', () => {
  const failures: RunFailure[] = [
    { kind: 'connection', message: 'm', hint: 'h', broker: 'main' },
    { kind: 'stale-plan', message: 'm', differences: [{ subject: 'main/queue/a', message: 'it is gone' }] },
    { kind: 'input', message: 'm', diagnostics: exampleDiagnostics },
  ];
  for (const failure of failures) {
    const data = JSON.parse(renderFailure(failure, 'json', PLAIN, { command: 'plan' }));
    expect(data).toEqual({ version: 1, failure });
    expect(errorsOf(data)).toEqual([]);
  }
});

test('the schema refuses what is no plan', () => {
  const bad: [string, object][] = [
    ['an unknown key', { ...examplePlan, extra: 1 }],
    ['another version', { ...examplePlan, version: 1 }],
    [
      'a step without calls',
      { ...examplePlan, waves: [[{ ...examplePlan.waves[0]?.[0], calls: undefined }]] },
    ],
    [
      'an unknown risk class',
      { ...examplePlan, blockers: [{ address: 'a/b/c', risk: { class: 'x', code: 'y', message: 'z' } }] },
    ],
  ];
  for (const [name, value] of bad) expect(errorsOf(JSON.parse(JSON.stringify(value))), name).not.toEqual([]);
});

test('the schema names every member of the model', () => {
  // Fails to compile, or to run, when the model gains a member that the schema does not know.
  const members: Record<keyof Required<Plan>, true> = {
    version: true,
    tool: true,
    project: true,
    environment: true,
    createdAt: true,
    brokers: true,
    waves: true,
    blockers: true,
    allowed: true,
    fingerprints: true,
    surroundings: true,
    inSync: true,
    unmanaged: true,
    excluded: true,
    uncompared: true,
    abandonedMoves: true,
    base: true,
  };
  expect(Object.keys(schema.definitions.plan.properties).sort()).toEqual(Object.keys(members).sort());
});
