import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLAIN, renderFailure, renderMetrics } from '../../src/report/index.ts';
import { examplePlan, plan } from './example.ts';
import { hostile, planWith } from './hostile.ts';

test('a drift as metrics: each class of each broker, also where it is zero', () => {
  const text = renderMetrics(examplePlan);
  const [broker] = examplePlan.brokers;
  const labels = `project="${examplePlan.project}",environment="${examplePlan.environment}"`;
  expect(text).toContain(
    `# HELP brokerform_drift_success Whether the brokers could be compared with the files.\n# TYPE brokerform_drift_success gauge\nbrokerform_drift_success{${labels}} 1\n`,
  );
  const blocked = new Set(examplePlan.blockers.map(({ address }) => address)).size;
  expect(text).toContain(
    `brokerform_drift_resources{${labels},broker="${broker?.name}",class="blocked"} ${blocked}\n`,
  );
  expect(text).toContain(`brokerform_in_sync_resources{${labels}} ${examplePlan.inSync}\n`);
  expect(text).toContain(
    `brokerform_drift_timestamp_seconds{${labels}} ${Date.parse(examplePlan.createdAt) / 1000}\n`,
  );
  const quiet = renderMetrics(plan({ waves: [], blockers: [] }));
  for (const { name } of plan().brokers)
    for (const risk of ['blocked', 'destructive', 'disruptive', 'safe'])
      expect(quiet).toContain(`broker="${name}",class="${risk}"} 0\n`);
});

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const LABEL = '[a-zA-Z_]\\w*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const LINE = new RegExp(
  `^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+\\{${LABEL}(?:,${LABEL})*\\} \\d+(?:\\.\\d+)?)$`,
);

test('every line is one that Prometheus reads, whatever names are', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const line of renderMetrics(planWith(text)).trimEnd().split('\n')) expect(line).toMatch(LINE);
    }),
  );
});

test('a failure replaces the last result', () => {
  const failure = { kind: 'connection', message: 'refused' } as const;
  expect(renderFailure(failure, 'prometheus', PLAIN, { command: 'drift', project: 'shop' })).toMatch(
    /\nbrokerform_drift_success\{project="shop"\} 0\n$/,
  );
});
