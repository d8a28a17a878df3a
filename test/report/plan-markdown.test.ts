import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic, Diff, Graph, GraphNode, Plan, RiskClass, Step } from '../../src/model/index.ts';
import { PLAIN, renderDiagnostics, renderDiff, renderPlan } from '../../src/report/index.ts';
import { runs } from '../setup/runs.ts';
import { examplePlan, newExchange, plan, removedBinding, resource, step } from './example.ts';
import { diffWith, hostile } from './hostile.ts';

test('what is dangerous is open, what is safe is folded', () => {
  const text = renderPlan(examplePlan, 'markdown', PLAIN);
  expect(text).toContain('| blocked | destructive | disruptive | safe | in sync | unmanaged |\n');
  expect(text).toContain('| 1 | 1 | 1 | 1 | 214 | 3 |\n');
  const folded = text.slice(text.indexOf('<details>'));
  expect(folded).toContain('exchange events');
  expect(folded).not.toContain('orders.events');
  expect(folded).toContain('</details>');
});

test('nothing to do says so', () => {
  expect(renderPlan(plan({ inSync: 2 }), 'markdown', PLAIN)).toContain('**No changes.**');
});

test('a huge plan stays under the limit: the least risky changes are dropped, and counted', () => {
  const creations = Array.from({ length: 5_000 }, (_, i) =>
    step({ ...newExchange, address: `main/exchange/%2F/e${i}`, title: `exchange e${i}` }),
  );
  const removals = Array.from({ length: 300 }, (_, i) =>
    step({ ...removedBinding, address: `main/binding/%2F/b${i}`, title: `binding b${i}` }),
  );
  const text = renderPlan(plan({ waves: [[...creations, ...removals]] }), 'markdown', PLAIN);
  expect(text.length).toBeLessThan(60_000);
  expect(text.match(/binding b\d+/g)).toHaveLength(300);
  const shown = text.match(/exchange e\d+/g)?.length ?? 0;
  expect(shown).toBeGreaterThan(100);
  const dropped = /([\d,]+) more safe changes not shown here/.exec(text)?.[1]?.replace(',', '');
  expect(shown + Number(dropped)).toBe(5_000);
});

test('even when the dangerous alone do not fit, it stays under the limit', () => {
  const removals = Array.from({ length: 5_000 }, (_, i) =>
    step({ ...removedBinding, address: `main/binding/%2F/b${i}`, title: `binding \`b${i}` }),
  );
  const text = renderPlan(plan({ waves: [[...removals, newExchange]] }), 'markdown', PLAIN);
  expect(text.length).toBeLessThan(60_000);
  expect(text).toContain('more disruptive changes not shown here.');
  expect(text).toContain('1 more safe change not shown here.');
});

describe('the marker', () => {
  const marker = (project: string, environment?: string) => {
    const { environment: _, ...rest } = plan({ project });
    const one: Plan = environment === undefined ? rest : { ...rest, environment };
    return renderPlan(one, 'markdown', PLAIN).split('\n')[0] ?? '';
  };

  test('is the first line, and tells command, project and environment apart', () => {
    expect(marker('shop', 'prod-eu')).toBe('<!-- brokerform:plan project=shop environment=prod-eu -->');
    expect(marker('shop')).toBe('<!-- brokerform:plan project=shop -->');
    expect(renderPlan(examplePlan, 'markdown', PLAIN, 'drift')).toMatch(
      /^<!-- brokerform:drift project=shop /,
    );
    expect(renderDiff(diffWith('a b'), 'markdown', PLAIN)).toMatch(
      /^<!-- brokerform:diff project=a%20b environment=a%20b -->\n/,
    );
  });

  test('is one short comment, another one for each name', () => {
    const name = fc.oneof(hostile, fc.string({ minLength: 100, maxLength: 300 }));
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(marker(a, b)).toMatch(/^<!-- brokerform:plan project=\S* environment=\S* -->$/);
        expect(marker(a, b).slice(4, -3)).not.toMatch(/--|[<>&]/);
        expect(marker(a, b).length).toBeLessThan(300);
        if (a.toWellFormed() !== b.toWellFormed()) expect(marker(a)).not.toBe(marker(b));
      }),
    );
  });
});

describe('whatever is in it, a comment stays under 60,000 characters, and counts what it leaves out', () => {
  const longText = fc.oneof(
    hostile,
    fc
      .tuple(hostile, fc.integer({ min: 1, max: 400 }))
      .map(([text, times]) => text.repeat(times).slice(0, 3000)),
    fc.integer({ min: 1, max: 2000 }).map((length) => '`'.repeat(length)),
  );
  const anyStep = fc
    .record({
      title: longText,
      detail: longText,
      risk: fc.constantFrom<RiskClass>('safe', 'disruptive', 'destructive', 'refused'),
      fields: fc.array(fc.record({ name: longText, before: longText, after: longText }), { maxLength: 3 }),
      times: fc.constantFrom(1, 1, 10, 150),
    })
    .map(({ title, detail, risk, fields, times }) =>
      Array.from({ length: times }, (): Step => {
        const address = 'main/queue/x';
        const change = {
          action: 'update',
          before: resource(address),
          after: resource(address),
          fields: [],
        } as const;
        const risks = [{ class: risk, code: 'c', message: detail }];
        return step({ address, action: 'update', title, detail, change, fields, risks });
      }),
    );
  const steps = fc
    .array(anyStep, { maxLength: 4 })
    .map((groups) => groups.flat().map((one, i) => ({ ...one, address: `main/queue/q${i}` })));

  /** Each change is a line that begins with its symbol; each section that was cut says by how much. */
  function told(text: string): number {
    const shown = text.match(/^ ~ {2}/gm)?.length ?? 0;
    const dropped = [...text.matchAll(/^([\d,]+) more \w+ changes? not shown here\.$/gm)];
    return dropped.reduce((sum, [, count = '']) => sum + Number(count.replaceAll(',', '')), shown);
  }

  test('a plan', () => {
    fc.assert(
      fc.property(steps, longText, fc.array(longText, { maxLength: 40 }), (all, name, others) => {
        const blockers = all
          .filter(({ risks }) => risks[0]?.class === 'refused')
          .map(
            ({ address, risks: [risk] }) =>
              ({ address, risk: risk ?? { class: 'refused', code: 'c', message: '' } }) as const,
          );
        const brokers = others.map((other) => ({
          name: other,
          type: other,
          id: other,
          version: other,
          facts: {},
        }));
        const one = plan({
          project: name,
          environment: name,
          waves: [all],
          blockers,
          brokers,
          unmanaged: others,
        });
        for (const command of ['plan', 'drift'] as const) {
          const text = renderPlan(one, 'markdown', { ...PLAIN, verbose: true }, command);
          expect(text.length).toBeLessThan(60_000);
          expect(told(text)).toBe(all.length);
        }
      }),
      { numRuns: runs(25) },
    );
  });

  test('a diff', () => {
    fc.assert(
      fc.property(steps, longText, fc.integer({ min: 0, max: 200 }), (all, name, count) => {
        const base = diffWith(name);
        const many = <T>(items: readonly T[]) => Array.from({ length: count }, () => items).flat();
        const one: Diff = {
          ...base,
          steps: all,
          undeclared: many(base.undeclared),
          findings: { new: many(base.findings.new), fixed: many(base.findings.fixed), remaining: 0 },
        };
        const text = renderDiff(one, 'markdown', PLAIN);
        expect(text.length).toBeLessThan(60_000);
        expect(told(text)).toBe(all.length);
      }),
      { numRuns: runs(20) },
    );
  });

  test('findings', () => {
    fc.assert(
      fc.property(fc.array(longText, { maxLength: 8 }), fc.constantFrom(1, 50, 300), (texts, times) => {
        const found = Array.from({ length: times }, () => texts)
          .flat()
          .map((message): Diagnostic => ({ code: 'a/b', severity: 'warning', message: `m${message}` }));
        const text = renderDiagnostics(found, 'markdown', PLAIN, { command: 'validate', project: texts[0] });
        expect(text.length).toBeLessThan(60_000);
        const shown = text.match(/^warning a\/b m/gm)?.length ?? 0;
        const dropped = /^([\d,]+) more warnings? not shown here\.$/m.exec(text)?.[1] ?? '0';
        expect(shown + Number(dropped.replaceAll(',', ''))).toBe(found.length);
      }),
      { numRuns: runs(20) },
    );
  });

  test('one huge change is cut, not left out', () => {
    const huge = step({ address: 'main/queue/x', title: 'x'.repeat(100_000), detail: '' });
    const risks = [{ class: 'disruptive', code: 'c', message: 'm'.repeat(100_000) }] as const;
    const text = renderPlan(plan({ waves: [[{ ...huge, risks }]] }), 'markdown', PLAIN);
    expect(text).toMatch(/^ \+ {2}x{396}… \([\d,]+ more characters\)$/m);
    expect(text).not.toContain('not shown here');
  });
});

function graphOf(count: number): Graph {
  const nodes = Array.from(
    { length: count },
    (_, i): GraphNode => ({
      ...{ id: `main/queue/%2F/q${i}`, kind: 'queue', role: 'store', name: `q${i}`, detail: '', group: 'g' },
      ...{ resources: [], facts: [], mark: 'added' },
    }),
  );
  const groups = [{ id: 'g', title: 'main', resources: [] }];
  return { title: 'changes', external: 'not changed', groups, nodes, edges: [], omitted: [] };
}

test('a small picture is open, a larger one folded, and one that nobody could read is left out', () => {
  const few = renderPlan(examplePlan, 'markdown', PLAIN, 'plan', graphOf(3));
  expect(few).toMatch(/<details open><summary>Picture<\/summary>\n\n```mermaid\nflowchart LR\n/);
  expect(few).toContain('\n`+ added`\n</details>');
  expect(few.indexOf('mermaid')).toBeLessThan(few.indexOf('Blocked'));
  const some = renderPlan(examplePlan, 'markdown', PLAIN, 'plan', graphOf(40));
  expect(some).toContain('<details><summary>Picture</summary>');
  const many = renderPlan(examplePlan, 'markdown', PLAIN, 'plan', graphOf(400));
  expect(many).not.toContain('mermaid');
  expect(many).toContain('No picture: 400 parts of the topology would be in it.');
  expect(renderPlan(plan({ inSync: 2 }), 'markdown', PLAIN, 'plan', graphOf(0))).not.toContain('icture');
});

test('the picture is the first to go where room is short, and is counted against the limit', () => {
  const withChanges = (count: number) => {
    const creations = Array.from({ length: count }, (_, i) =>
      step({ ...newExchange, address: `main/exchange/%2F/e${i}`, title: `exchange e${i}` }),
    );
    return renderPlan(plan({ waves: [creations] }), 'markdown', PLAIN, 'plan', graphOf(50));
  };
  const roomy = withChanges(100);
  expect(roomy).toContain('mermaid');
  // Somewhere between these the picture goes, while every change is still shown.
  const lengths: number[] = [];
  for (let count = 100; count <= 1_000; count += 25) {
    const text = withChanges(count);
    lengths.push(text.length);
    expect(text.length).toBeLessThan(60_000);
    if (text.includes('not shown here')) expect(text).not.toContain('mermaid');
    if (!text.includes('mermaid')) expect(text).toContain('Graph omitted: the comment is full.');
  }
  expect(Math.max(...lengths)).toBeGreaterThan(55_000);
  expect(withChanges(1_000)).toContain('not shown here');
});
