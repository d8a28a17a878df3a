import { describe, expect, it } from 'vitest';
import { explainRule, type LintInput, lintTopology, neutralRules } from '../../src/lint/index.ts';
import type { Finding, Resource, Rule, Source, Suppression } from '../../src/model/index.ts';

const at = (line: number, col = 1): Source => ({ file: 'a.yaml', line, col });

const QUEUE: Resource = {
  address: 'main/queue/%2F/orders',
  spec: { type: 'classic', arguments: { ttl: 5 } },
  dependsOn: [],
  at: at(3),
  places: { arguments: at(4), 'arguments.ttl': at(5, 9) },
};

function rule(check: Rule['check'], code = 'test/rule'): Rule {
  return { code, severity: 'warning', summary: 'A test', explain: '', check };
}

const onTtl = rule(({ ofKind }) =>
  ofKind('queue').map(
    (resource): Finding => ({ resource, path: ['arguments', 'ttl'], message: 'too short' }),
  ),
);

function lint(input: Partial<LintInput> & { rules?: readonly Rule[]; resources?: readonly Resource[] } = {}) {
  const { rules = [onTtl], resources = [QUEUE], ...rest } = input;
  const broker = { name: 'main', type: 'test', id: '', version: '1', facts: {} };
  return lintTopology({
    brokers: [{ broker, versionKnown: false, resources, rules }],
    environment: undefined,
    config: { rules: {} },
    suppressions: [],
    ...rest,
  }).diagnostics;
}

function suppression(covers: number, codes = ['test/rule'], file = 'a.yaml'): Suppression {
  return { codes, reason: 'because', at: { file, line: covers - 1, col: 3 }, covers };
}

describe('findings', () => {
  it('stand at the field, else at its parent, else at the resource', () => {
    const paths = [['arguments', 'ttl'], ['arguments', 'other'], ['durable'], undefined];
    const everywhere = rule(() =>
      paths.map((path) => ({ resource: QUEUE, message: 'm', ...(path && { path }) })),
    );
    expect(lint({ rules: [everywhere] }).map((one) => one.at?.line)).toEqual([3, 3, 4, 5]);
  });

  it('have the severity of the rule, or of the configuration', () => {
    expect(lint()).toEqual([
      {
        code: 'test/rule',
        severity: 'warning',
        message: 'too short',
        at: at(5, 9),
        address: QUEUE.address,
        path: 'arguments.ttl',
      },
    ]);
    expect(lint({ config: { rules: { 'test/rule': 'error' } } })[0]?.severity).toBe('error');
    expect(lint({ config: { rules: { 'test/rule': { severity: 'info' } } } })[0]?.severity).toBe('info');
    expect(lint({ config: { rules: { 'test/rule': 'off' } } })).toEqual([]);
    expect(lint({ config: { rules: { 'test/rule': { severity: 'off' } } } })).toEqual([]);
  });

  it('depend on the options of the rule, which the severity is not one of', () => {
    const seen: unknown[] = [];
    const recorder = rule(({ options }) => {
      seen.push(options);
      return [];
    });
    lint({ rules: [recorder], config: { rules: { 'test/rule': { severity: 'info', most: 5 } } } });
    expect(seen).toEqual([{ most: 5 }]);
  });

  it('are sorted by place', () => {
    const two = rule(() => [
      { resource: { ...QUEUE, at: at(9) }, message: 'later' },
      { resource: { ...QUEUE, at: at(1) }, message: 'first' },
    ]);
    expect(lint({ rules: [two] }).map((one) => one.message)).toEqual(['first', 'later']);
  });
});

describe('a suppression', () => {
  it('covers a finding on its line, or on the line of its resource', () => {
    expect(lint({ suppressions: [suppression(5)] })).toEqual([]);
    expect(lint({ suppressions: [suppression(3)] })).toEqual([]);
  });

  it('covers no other line, file or rule, and is then reported as unused', () => {
    const other = rule(() => [], 'test/other');
    for (const wrong of [
      suppression(4),
      suppression(5, ['test/rule'], 'b.yaml'),
      suppression(5, ['test/other']),
    ]) {
      const codes = lint({ rules: [onTtl, other], suppressions: [wrong] }).map((one) => one.code);
      expect(codes.sort()).toEqual(['lint/unused-suppression', 'test/rule']);
    }
  });

  it('is judged code by code, and stands where the comment stands', () => {
    const other = rule(() => [], 'test/other');
    const result = lint({
      rules: [onTtl, other],
      suppressions: [suppression(5, ['test/rule', 'test/other'])],
    });
    expect(result).toMatchObject([{ code: 'lint/unused-suppression', severity: 'warning', at: at(4, 3) }]);
    expect(result[0]?.message).toContain('test/other');
  });

  it('of a rule that is off, or that no broker of this run has, is not called unused', () => {
    expect(lint({ suppressions: [suppression(9)], config: { rules: { 'test/rule': 'off' } } })).toEqual([]);
    const elsewhere = rule(() => [], 'kafka/rule');
    expect(
      lint({ rules: [], suppressions: [suppression(9, ['kafka/rule'])], otherRules: [elsewhere] }),
    ).toEqual([]);
  });

  it('cannot silence what is no lint rule', () => {
    const [first, second] = lint({ suppressions: [suppression(5, ['load/unknown-key'])] });
    expect(first).toMatchObject({ code: 'lint/unknown-rule', severity: 'error', at: at(4, 3) });
    expect(second?.code).toBe('test/rule');
  });
});

describe('an unknown code', () => {
  it('in the configuration is an error with the nearest one', () => {
    const config = { rules: { 'test/rulle': 'off' as const }, places: { 'test/rulle': at(7) } };
    expect(lint({ resources: [], config })).toMatchObject([
      { code: 'lint/unknown-rule', severity: 'error', at: at(7), hint: 'did you mean test/rule?' },
    ]);
  });
});

describe('lint/lookalike-names', () => {
  const named = (name: string, line: number, kind = 'queue'): Resource => ({
    address: `main/${kind}/%2F/${encodeURIComponent(name)}`,
    spec: {},
    dependsOn: [],
    at: at(line),
  });

  it('finds names that differ in case, width or invisible characters', () => {
    const resources = [named('orders', 1), named('Orders', 2), named('or\u200bders', 3), named('ｏrders', 4)];
    const found = lint({ rules: [], resources });
    expect(found.map((one) => [one.code, one.at?.line, one.related?.[0]?.line])).toEqual([
      ['lint/lookalike-names', 2, 1],
      ['lint/lookalike-names', 3, 1],
      ['lint/lookalike-names', 4, 1],
    ]);
  });

  it('leaves different kinds, containers and names alone', () => {
    const resources = [named('orders', 1), named('Orders', 2, 'exchange'), named('order', 3)];
    resources.push({ address: 'main/queue/other/Orders', spec: {}, dependsOn: [] });
    expect(lint({ rules: [], resources })).toEqual([]);
  });
});

it('explains a rule, and knows which it does not know', () => {
  const text = explainRule('lint/lookalike-names', neutralRules);
  expect(text).toMatch(/^# lint\/lookalike-names\n/);
  expect(text).toContain('# brokerform-ignore lint/lookalike-names: <reason>');
  expect(explainRule('lint/nothing', neutralRules)).toBeUndefined();
});
