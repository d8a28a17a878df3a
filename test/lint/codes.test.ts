import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { explainRule, neutralRules } from '../../src/lint/index.ts';

const SRC = join(import.meta.dirname, '..', '..', 'src');

/** A code is a path: `rabbitmq/unbound-queue` is `src/brokers/rabbitmq/rules/unbound-queue.ts`. */
const FAMILIES = [
  { name: 'lint', folder: join(SRC, 'lint', 'rules'), rules: neutralRules },
  ...providers.map(({ name, rules }) => ({ name, folder: join(SRC, 'brokers', name, 'rules'), rules })),
];

describe.each(FAMILIES)('the rules of $name', ({ name, folder, rules }) => {
  it('have one file each, named as their code', () => {
    const files = readdirSync(folder)
      .filter((file) => file !== 'index.ts')
      .map((file) => `${name}/${file.replace(/\.ts$/, '')}`);
    expect(rules.map((rule) => rule.code).sort()).toEqual(files.sort());
  });

  it.each(rules.map((rule) => [rule.code, rule] as const))(
    'explain %s with a bad and a good example',
    (code, rule) => {
      expect(rule.summary).toMatch(/^[A-Z0-9].*[^.]$/);
      expect(rule.explain).toMatch(/^Bad\b.*:/m);
      expect(rule.explain).toMatch(/^Good\b.*:/m);
      expect(explainRule(code, rules)).toContain(rule.summary);
    },
  );
});
