import { expect, test } from 'vitest';
import { activityLine, PLAIN, progressLine, renderReport } from '../../src/report/index.ts';
import { exampleReport } from './example.ts';

test('text: counts first, what went wrong whole, what went well counted', () => {
  expect(renderReport(exampleReport, 'text', PLAIN)).toBe(`\
Apply shop · 3.2 s · interrupted by SIGINT
1 applied · 1 already done · 1 failed · 1 not started

FAILED
-/+ queue orders.events  vhost /orders
      queue.declare 406: PRECONDITION_FAILED - inequivalent arg 'x-queue-type'
      hint: plan again

NOT STARTED
 -  binding events → old

Completed changes are kept; run plan and apply again to finish the rest.
`);
});

test('-v lists what went well too', () => {
  const text = renderReport(exampleReport, 'text', { ...PLAIN, verbose: true });
  expect(text).toContain('APPLIED\n +  exchange events  vhost /orders\n');
  expect(text).toContain('ALREADY DONE\n ~  topic payments\n');
});

test('a run without a flaw has no advice', () => {
  const steps = exampleReport.steps.filter(({ status }) => status === 'applied');
  const { interrupted: _, ...report } = { ...exampleReport, steps };
  expect(renderReport(report, 'text', PLAIN)).toBe('Apply shop · 3.2 s\n1 applied\n');
  expect(renderReport({ ...report, steps: [] }, 'text', PLAIN)).toContain('Nothing to do.');
});

test('notes about the whole apply stand below the counts, where nothing folds them', () => {
  const report = {
    ...exampleReport,
    notes: ['main: applied without a lock: no right\u001b[2J', 'main: `lost`'],
  };
  const text = renderReport(report, 'text', PLAIN).split('\n');
  expect(text.slice(2, 4)).toEqual(['main: applied without a lock: no right\\x1b[2J', 'main: `lost`']);
  expect(renderReport(report, 'markdown', PLAIN)).toContain(
    '⚠️ <code>main&#58; applied without a lock&#58; no right&#92;x1b&#91;2J</code>\n',
  );
});

test('every status has a place in text and markdown', () => {
  const [first] = exampleReport.steps;
  if (!first) throw new Error('the example has steps');
  const statuses = [
    'failed',
    'unverified',
    'unknown',
    'not-started',
    'under-way',
    'applied',
    'already',
  ] as const;
  for (const status of statuses) {
    const report = { ...exampleReport, steps: [{ ...first, status }] };
    const verbose = { ...PLAIN, verbose: true };
    expect(renderReport(report, 'text', verbose), status).toContain('exchange events');
    expect(renderReport(report, 'markdown', PLAIN), status).toContain('exchange events');
  }
});

test('what goes on by itself is listed with how far it is, and what to do then', () => {
  const [first] = exampleReport.steps;
  if (!first) throw new Error('the example has steps');
  const steps = [
    { ...first, status: 'under-way' as const, note: '12 partitions on the way\u001b[2J' },
    { ...first, status: 'applied' as const, note: 'moved 2 partitions' },
  ];
  const { interrupted: _, ...report } = { ...exampleReport, steps };
  expect(renderReport(report, 'text', PLAIN)).toBe(`\
Apply shop · 3.2 s
1 applied · 1 under way

UNDER WAY
 +  exchange events  vhost /orders
      12 partitions on the way\\x1b[2J

Operations in progress continue on the broker; plan shows their progress, apply waits for them.
`);
  const verbose = renderReport(report, 'text', { ...PLAIN, verbose: true });
  expect(verbose).toContain('APPLIED\n +  exchange events  vhost /orders\n      moved 2 partitions\n');
});

test('json is the report itself, and says that it is one', () => {
  expect(JSON.parse(renderReport(exampleReport, 'json', PLAIN))).toEqual({
    brokerform: 'report',
    ...exampleReport,
  });
});

test('progress fits one row', () => {
  expect(progressLine({ done: 1200, failed: 2, total: 20000 }, PLAIN)).toBe(
    'applying 1,200/20,000 · 2 failed',
  );
  expect(progressLine({ done: 0, failed: 0, total: 3 }, PLAIN)).toBe('applying 0/3');
  const busy = { done: 1, failed: 0, total: 3, work: `moving replicas: 1 of 2\n${'x'.repeat(100)}` };
  const line = progressLine(busy, { ...PLAIN, width: 60 });
  expect(line).toMatch(/^applying 1\/3 · moving replicas: 1 of 2.*…$/);
  expect(line).toHaveLength(59);
  expect(activityLine(`reading ${'x'.repeat(200)}`, { ...PLAIN, width: 40 })).toHaveLength(39);
});

test('what was never sent has its reason on one line, and a stopped apply does not flood the terminal', () => {
  const failure = { op: 'queue.declare', message: 'stopped before this step' };
  const steps = Array.from({ length: 200 }, (_, i) => ({
    address: `main/queue/%2F/q${i}`,
    title: `queue q${i}`,
    detail: '',
    action: 'create',
    status: 'not-started' as const,
    failure,
  }));
  const report = { ...exampleReport, steps };
  const lines = renderReport(report, 'text', PLAIN).split('\n');
  expect(lines.filter((line) => /^ \+ {2}queue q\d+ +stopped before this step$/.test(line))).toHaveLength(50);
  expect(lines).toContain('and 150 more; -v or --report FILE lists all');
  expect(renderReport(report, 'text', { ...PLAIN, verbose: true })).toContain('queue q199');
});
