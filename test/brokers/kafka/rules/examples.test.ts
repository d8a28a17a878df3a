import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rules } from '../../../../src/brokers/kafka/rules/index.ts';
import { check } from '../../../../src/workflow/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'brokerform-examples-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The rule that is about one kind of environment. */
const ENVIRONMENTS: Record<string, string> = { 'kafka/replication-factor-one-in-production': 'production' };

/** What brokerform.yaml says for a cluster of one broker. */
const ONE_BROKER = { 'events/topic/*': { 'replication-factor': 1, configs: { 'min.insync.replicas': 1 } } };

/** Rules that are about one release. */
const VERSIONS: Record<string, string> = {
  'kafka/unsupported-broker-default': '2.3',
  'kafka/unsupported-kind': '3.7',
  'kafka/removed-config': '4.0',
};

function codesOf(yaml: string, environment?: string, version?: string): string[] {
  const events = {
    type: 'kafka',
    bootstrap: ['localhost:9092'],
    ...(version && { 'target-version': version }),
  };
  const config = {
    project: 'p',
    topologies: ['t.yaml'],
    // Named as in the configuration of the examples.
    brokers: { events },
    environments: { production: {}, local: { overrides: ONE_BROKER } },
  };
  writeFileSync(join(directory, 'brokerform.yaml'), JSON.stringify(config));
  writeFileSync(join(directory, 't.yaml'), yaml);
  const { diagnostics } = check({ directory, env: {}, ...(environment !== undefined && { environment }) });
  return diagnostics.map((diagnostic) => diagnostic.code);
}

const EXAMPLES = rules.map(({ code, explain }) => {
  const [bad = '', good = ''] = [...explain.matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text = '']) => `kafka:\n${text.replaceAll(/^/gm, '  ')}`,
  );
  return { code, bad, good };
});

/** What users read in `explain` must be true: the bad example has the finding, the good one loads and has it not. */
describe.each(EXAMPLES)('the examples of $code', ({ code, bad, good }) => {
  it('bad', () => {
    expect(codesOf(bad, ENVIRONMENTS[code], VERSIONS[code])).toContain(code);
  });

  it('good', () => {
    const codes = codesOf(good, ENVIRONMENTS[code], VERSIONS[code]);
    expect(codes).not.toContain(code);
    expect(codes.filter((one) => !one.startsWith('kafka/'))).toEqual([]);
  });
});
