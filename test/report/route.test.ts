import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Route, TestReport } from '../../src/model/index.ts';
import { FORMATS, PLAIN, renderRoute, renderTests } from '../../src/report/index.ts';
import { hostile } from './hostile.ts';
import { junitProblems } from './junit.ts';
import { parseXml } from './xml.ts';

const at = { file: 't.yaml', line: 3, col: 5 };

function routeWith(text: string): Route {
  const node = { kind: 'queue', role: 'store', detail: text, at } as const;
  const hop = { role: 'route', label: `key ${text}`, at } as const;
  return {
    subject: `message to ${text}`,
    broker: { name: `main${text}`, type: 'rabbitmq', id: 'x', version: '4.3.0', facts: {} },
    nodes: [
      {
        ...node,
        id: 'a',
        kind: 'exchange',
        name: 'events',
        notes: [],
        next: [
          { ...hop, to: 'b' },
          { ...hop, to: 'c' },
        ],
      },
      {
        ...node,
        id: 'b',
        name: `b${text}`,
        notes: [],
        next: [{ role: 'dead-letter', label: 'expired', to: 'a' }],
      },
      { ...node, id: 'c', name: 'c', notes: [`stays ${text}`], next: [] },
    ],
    result: `reaches ${text}`,
    cut: 2,
  };
}

function reportWith(text: string): TestReport {
  const failure = { key: 'reaches', message: `expected ${text}`, hint: text, at };
  const test = { broker: 'main', at, failures: [] };
  return {
    brokerform: 'test',
    version: 1,
    project: `p${text}`,
    results: [
      { ...test, name: `good ${text}`, status: 'passed' },
      { ...test, name: `bad ${text}`, status: 'failed', failures: [failure], route: routeWith(text) },
      { ...test, name: `left ${text}`, status: 'skipped', reason: `why ${text}` },
    ],
  };
}

test('a route is a tree, in which a node is printed once', () => {
  expect(renderRoute(routeWith('x'), 'text', PLAIN)).toBe(`Message to x · mainx (rabbitmq)

exchange events (x)  t.yaml:3:5
├─ key x → queue bx (x)  t.yaml:3:5
│  └─ expired → exchange events (x) (see above)  t.yaml:3:5
└─ key x → queue c (x)  t.yaml:3:5
   └─ stays x
and 2 more steps

Reaches x
`);
});

test('a failed test shows the expectation and the way', () => {
  expect(renderTests(reportWith('x'), 'text', PLAIN)).toBe(`FAIL  bad x  t.yaml:3:5
      reaches: expected x
      hint: x
      exchange events (x)  t.yaml:3:5
      ├─ key x → queue bx (x)  t.yaml:3:5
      │  └─ expired → exchange events (x) (see above)  t.yaml:3:5
      └─ key x → queue c (x)  t.yaml:3:5
         └─ stays x
      and 2 more steps

skip  left x  t.yaml:3:5
      why x

3 tests: 1 failed · 1 passed · 1 skipped
`);
});

test('every CI format names the failed expectation at its place', () => {
  for (const format of ['github', 'sarif', 'junit', 'gitlab', 'markdown', 'json'] as const) {
    const text = renderTests(reportWith('x'), format, PLAIN);
    expect(text).toContain('expected x');
    expect(text).toContain('t.yaml');
  }
});

test('JUnit has a case a test, the passed ones included', () => {
  const text = renderTests(reportWith('x'), 'junit', PLAIN);
  expect(junitProblems(parseXml(text))).toEqual([]);
  expect(text.match(/<testcase /g)).toHaveLength(3);
  expect(text).toContain('tests="3" failures="1"');
  expect(text).toContain('<skipped message="why x"/>');
});

test('no hostile name gets out of its place', () => {
  const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
  const verbose = { ...PLAIN, verbose: true };
  fc.assert(
    fc.property(hostile, (text) => {
      for (const format of FORMATS) expect(renderTests(reportWith(text), format, verbose)).not.toMatch(RAW);
      for (const format of ['text', 'json'] as const) {
        expect(renderRoute(routeWith(text), format, verbose)).not.toMatch(RAW);
      }
      const lines = (name: string) => renderTests(reportWith(name), 'text', verbose).split('\n').length;
      expect(lines(`n${text}`)).toBe(lines('n'));
    }),
  );
});
