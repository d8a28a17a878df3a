import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/index.ts';
import { PLAIN, renderDiagnostics } from '../../src/report/index.ts';
import { exampleDiagnostics } from './example.ts';

test('text: errors first, with hints, related places and counts', () => {
  expect(renderDiagnostics(exampleDiagnostics, 'text', PLAIN)).toBe(`\
topologies/b.yaml:3:1 error load/duplicate queue "a" is declared twice
    also: topologies/a.yaml:9:1
topologies/orders.yaml:42:7 error rabbitmq/dead-letter-exchange queue "orders" dead-letters to exchange "dlx", which is not declared
    hint: declare exchange "dlx"

topologies/orders.yaml:2:3 info rabbitmq/no-limit queue "orders" has no limit

2 errors, 1 info in 2 files
`);
  expect(renderDiagnostics([], 'text', PLAIN)).toBe('No findings.\n');
});

test('json: version, counts, and the findings as they are', () => {
  const data = JSON.parse(renderDiagnostics(exampleDiagnostics, 'json', PLAIN));
  expect(data).toEqual({
    version: 1,
    counts: { error: 2, warning: 0, info: 1 },
    diagnostics: exampleDiagnostics,
  });
});

test('github: one annotation a line, escaped, errors first', () => {
  const found: Diagnostic[] = [
    {
      code: 'a/b',
      severity: 'warning',
      message: '100% of a\r\n::error::b',
      at: { file: 'a,b:c%.yaml', line: 1, col: 2 },
    },
    ...exampleDiagnostics,
  ];
  expect(renderDiagnostics(found, 'github', PLAIN).split('\n')).toEqual([
    '::error file=topologies/b.yaml,line=3,col=1,title=load/duplicate::queue "a" is declared twice%0Aalso: topologies/a.yaml:9:1',
    '::error file=topologies/orders.yaml,line=42,col=7,title=rabbitmq/dead-letter-exchange::queue "orders" dead-letters to exchange "dlx", which is not declared%0Ahint: declare exchange "dlx"',
    '::warning file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=a/b::100%25 of a\\r\\n::error::b',
    '::notice file=topologies/orders.yaml,line=2,col=3,title=rabbitmq/no-limit::queue "orders" has no limit',
    '',
  ]);
});

test('github: ten of each level, the rest counted', () => {
  const many = (severity: Diagnostic['severity'], count: number) =>
    Array.from({ length: count }, (_, i): Diagnostic => ({ code: 'a/b', severity, message: `m${i}` }));
  const lines = renderDiagnostics([...many('warning', 11), ...many('error', 25)], 'github', PLAIN).split(
    '\n',
  );
  expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(10);
  expect(lines.filter((line) => line.includes('15 more errors'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('1 more warning '))).toHaveLength(1);
});

test('sarif: rules, levels, places as relative URIs', () => {
  const at = { file: 'top ologies/ö.yaml', line: 4, col: 2 };
  const log = JSON.parse(
    renderDiagnostics(
      [{ code: 'a/b', severity: 'info', message: 'm', at }, ...exampleDiagnostics],
      'sarif',
      PLAIN,
    ),
  );
  expect(log.version).toBe('2.1.0');
  const [run] = log.runs;
  expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual([
    'a/b',
    'load/duplicate',
    'rabbitmq/dead-letter-exchange',
    'rabbitmq/no-limit',
  ]);
  for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  const note = run.results.find((result: { ruleId: string }) => result.ruleId === 'a/b');
  expect(note.level).toBe('note');
  expect(note.locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'top%20ologies/%C3%B6.yaml' },
    region: { startLine: 4, startColumn: 2 },
  });
});

test('junit: a suite a file, only errors fail', () => {
  expect(renderDiagnostics(exampleDiagnostics, 'junit', PLAIN)).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="brokerform validate" tests="3" failures="2" errors="0" time="0">
  <testsuite name="topologies/b.yaml" tests="1" failures="1" errors="0" skipped="0" time="0">
    <testcase name="load/duplicate 3:1" classname="topologies/b.yaml" time="0"><failure message="queue &quot;a&quot; is declared twice" type="load/duplicate">topologies/b.yaml:3:1
error: queue &quot;a&quot; is declared twice</failure></testcase>
  </testsuite>
  <testsuite name="topologies/orders.yaml" tests="2" failures="1" errors="0" skipped="0" time="0">
    <testcase name="rabbitmq/no-limit 2:3" classname="topologies/orders.yaml" time="0"><system-out>topologies/orders.yaml:2:3
info: queue &quot;orders&quot; has no limit</system-out></testcase>
    <testcase name="rabbitmq/dead-letter-exchange 42:7" classname="topologies/orders.yaml" time="0"><failure message="queue &quot;orders&quot; dead-letters to exchange &quot;dlx&quot;, which is not declared" type="rabbitmq/dead-letter-exchange">topologies/orders.yaml:42:7
error: queue &quot;orders&quot; dead-letters to exchange &quot;dlx&quot;, which is not declared
hint: declare exchange &quot;dlx&quot;</failure></testcase>
  </testsuite>
</testsuites>
`);
});

test('junit: no finding is one case that passed', () => {
  expect(renderDiagnostics([], 'junit', PLAIN)).toContain('tests="1" failures="0"');
});

test('findings of one rule at one place are one entry with their number; -v lists each', () => {
  const at = { file: 'a.yaml', line: 3, col: 5 };
  const of = (message: string): Diagnostic => ({ code: 'x/y', severity: 'warning', message, at, hint: 'h' });
  const many = [of('one'), of('two'), of('three')];
  const lines = renderDiagnostics(many, 'text', PLAIN).split('\n');
  expect(lines.filter((line) => line.startsWith('a.yaml:3:5'))).toHaveLength(1);
  expect(lines).toContain('    and 2 more findings of this rule here; -v lists all');
  expect(lines.filter((line) => line.includes('hint: h'))).toHaveLength(1);
  const verbose = renderDiagnostics(many, 'text', { ...PLAIN, verbose: true });
  for (const { message } of many) expect(verbose).toContain(message);
  expect(verbose.match(/hint: h/g)).toHaveLength(1);
  expect(renderDiagnostics(many, 'github', PLAIN).match(/^::warning/gm)).toHaveLength(1);
  expect(renderDiagnostics(many, 'markdown', PLAIN)).toContain('and 2 more findings of this rule here');
  expect(JSON.parse(renderDiagnostics(many, 'json', PLAIN)).diagnostics).toHaveLength(3);
});

const unlimited = (count: number, more: Partial<Diagnostic> = {}): Diagnostic[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ code: 'x/limit', severity: 'info', message: `queue "q${i}" has no limit`, hint: 'set a limit' },
    ...{ address: `main/queue/%2F/q${i}`, at: { file: 'a.yaml', line: i + 1, col: 5 }, ...more },
  }));

test('text: more than three findings with one cause are one entry with its first places; -v lists each', () => {
  expect(renderDiagnostics(unlimited(6), 'text', PLAIN)).toBe(`\
a.yaml:1:5 info x/limit queue "q0" has no limit
    and 5 more: a.yaml:2:5, a.yaml:3:5, a.yaml:4:5, …; -v lists all
    hint: set a limit

6 info in 1 file
`);
  const verbose = renderDiagnostics(unlimited(6), 'text', { ...PLAIN, verbose: true });
  expect(verbose.match(/has no limit/g)).toHaveLength(6);
  expect(renderDiagnostics(unlimited(6), 'markdown', PLAIN).match(/has no limit/g)).toHaveLength(1);
  expect(renderDiagnostics(unlimited(3), 'text', PLAIN).match(/has no limit/g)).toHaveLength(3);
});

test('text: the cause is not the same with another field, another hint or no resource, and errors are listed each', () => {
  const inB = (found: Diagnostic) => ({ ...found, ...(found.at && { at: { ...found.at, file: 'b.yaml' } }) });
  const lines = (found: Diagnostic[]) =>
    renderDiagnostics(found, 'text', PLAIN).match(/has no limit/g)?.length;
  expect(lines([...unlimited(4), ...unlimited(4, { path: 'type' }).map(inB)])).toBe(2);
  expect(lines([...unlimited(4), ...unlimited(4, { hint: 'set max-age' }).map(inB)])).toBe(2);
  expect(lines(unlimited(5, { severity: 'error' }))).toBe(5);
  const foreign = unlimited(5).map(({ address: _, ...rest }) => rest);
  expect(lines(foreign)).toBe(5);
});

test('what CI systems and programs read lists findings with one cause one by one', () => {
  for (const format of ['json', 'sarif', 'junit', 'gitlab'] as const)
    expect(
      renderDiagnostics(unlimited(6), format, PLAIN).match(/q\d[\\&"]?/g)?.length ?? 0,
      format,
    ).toBeGreaterThanOrEqual(6);
  expect(renderDiagnostics(unlimited(6), 'github', PLAIN).match(/^::notice/gm)).toHaveLength(6);
});
