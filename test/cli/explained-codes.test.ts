import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MISTAKES } from '../../src/model/index.ts';
import { explainedPages, pageOf } from '../../src/workflow/index.ts';
import { runCli } from './run-cli.ts';

const SRC = new URL('../../src/', import.meta.url);
const PAGES = explainedPages();

/** Codes of findings in the sources, as they are written: `'plan/left-behind'`, or a template with parts in `${…}`. */
function codesInSources(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('pages.ts')) continue;
    const text = readFileSync(new URL(file, SRC), 'utf8');
    for (const [, code = ''] of text.matchAll(/\bcode: ['`]([^'`\n]+\/[^'`\n]+)['`]/g)) found.set(code, file);
  }
  return found;
}

/** What stands for the parts of a template that are not known before it runs. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  '${type}/deprecated-feature': ['rabbitmq/deprecated-feature'],
  '${command}/${outcome}': ['plan/unroutable', 'diff/unroutable'],
  '${this.#prefix}/${code}': ['rabbitmq', 'kafka', 'nats'].flatMap((broker) =>
    Object.keys(MISTAKES).map((name) => `${broker}/${name}`),
  ),
};

test('every code that a command prints has a page', () => {
  const codes = codesInSources();
  expect(codes.size).toBeGreaterThan(100);
  for (const template of Object.keys(PARTS)) expect([...codes.keys()]).toContain(template);
  const printed = [...codes.keys()].flatMap((code) => PARTS[code] ?? [code.replaceAll(/\$\{[^}]+\}/g, 'x')]);
  expect(printed.filter((code) => pageOf(code, PAGES) === undefined)).toEqual([]);
});

test('a code that nothing prints has none', () => {
  for (const code of ['rabbitmq/unbuond-queue', 'other/given-twice', 'load', 'rabbitmq/', '/', '*/*', ''])
    expect([code, pageOf(code, PAGES)]).toEqual([code, undefined]);
});

test.each([
  ['rabbitmq/deprecated-feature', '# rabbitmq/deprecated-feature', '/api/deprecated-features/used'],
  ['kafka/given-twice', '# */given-twice', 'A value is given in two ways.'],
  ['load/wrong-value', '# load/*', 'Severity: error.\n'],
])('explain %s', async (code, title, text) => {
  const { code: exit, stdout } = await runCli(['explain', code]);
  expect(exit).toBe(0);
  expect(stdout).toContain(`${title}\n`);
  expect(stdout).toContain(text);
  // No setting changes what is no rule.
  expect(stdout).not.toContain('lint.rules.');
});
