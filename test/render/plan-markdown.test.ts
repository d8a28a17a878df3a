import { expect, test } from 'vitest';
import { PLAIN, renderPlan } from '../../src/render/index.ts';
import { examplePlan, newExchange, plan, removedBinding, step } from './example.ts';

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
