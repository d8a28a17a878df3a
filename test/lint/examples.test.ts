import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/brokers/rabbitmq/rules/index.ts';
import { check } from '../../src/workflow/index.ts';
import { folderOfFile } from '../setup/folder.ts';

/** What users read in `explain` must be true: the bad example has the finding, the good one loads and has it not. */

const directory = folderOfFile();

/** Examples that are about one release. */
const VERSIONS: Record<string, string> = { 'rabbitmq/refused-by-version': '4.3' };
/** Needs a live broker's number of nodes. */
const NOT_OFFLINE = new Set(['rabbitmq/single-node-quorum']);

function codesOf(example: string, code: string): string[] {
  const version = VERSIONS[code];
  const broker = { type: 'rabbitmq', url: 'amqp://localhost', ...(version && { 'target-version': version }) };
  writeFileSync(
    join(directory, 'brokerform.yaml'),
    JSON.stringify({ project: 'p', topologies: ['t.yaml'], brokers: { main: broker } }),
  );
  const indented = example.replaceAll(/^/gm, '  ');
  writeFileSync(join(directory, 't.yaml'), `rabbitmq:\n${indented}`);
  return check({ directory, env: {} }).diagnostics.map((diagnostic) => diagnostic.code);
}

const EXAMPLES = rules
  .filter((rule) => !NOT_OFFLINE.has(rule.code))
  .map(({ code, explain }) => {
    const [bad = '', good = ''] = [...explain.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]);
    return { code, bad, good };
  });

describe.each(EXAMPLES)('the examples of $code', ({ code, bad, good }) => {
  it('bad', () => {
    expect(codesOf(bad, code)).toContain(code);
  });

  it('good', () => {
    const codes = codesOf(good, code);
    expect(codes).not.toContain(code);
    expect(codes.filter((one) => !one.startsWith('rabbitmq/'))).toEqual([]);
  });
});
