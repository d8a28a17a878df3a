import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintDocs, withTables } from '../../scripts/published-docs.ts';
import { withUpgrades } from '../../scripts/upgrade-docs.ts';
import { allRules } from '../../src/workflow/index.ts';

test('docs/lint.md is current: npm run docs writes it', () => {
  expect(readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8')).toBe(lintDocs());
});

test('the tables of docs/topology-format.md are current: npm run docs writes them', () => {
  const page = readFileSync(new URL('../../docs/topology-format.md', import.meta.url), 'utf8');
  expect(page).toContain('| `message-ttl`');
  expect(withTables(page)).toBe(page);
});

test('docs/lint.md has a heading for every rule, which the tables link to', () => {
  const text = lintDocs();
  for (const { code } of allRules()) {
    expect(text).toContain(`\n### ${code}\n`);
    expect(text).toContain(`](#${code.replace('/', '')})`);
  }
});

test('the table of docs/upgrading.md is current: npm run docs writes it', () => {
  const page = readFileSync(new URL('../../docs/upgrading.md', import.meta.url), 'utf8');
  expect(page).toContain('`rabbitmq/upgrade-delivery-limit`');
  expect(page).toContain('`kafka/removed-config`');
  expect(withUpgrades(page)).toBe(page);
});
