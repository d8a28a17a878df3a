import { providers } from '../brokers/index.ts';
import { neutralRules } from '../lint/index.ts';
import type { Diagnostic, Rule, UpgradeRule } from '../model/index.ts';
import { type Checked, checkWith, type ProjectOptions } from './check.ts';
import { findingTest } from './findings.ts';

/** Every lint rule there is, but for those of a project and of `upgrade-check`. */
export function allRules(): Rule[] {
  return [...neutralRules, ...providers.flatMap((provider) => provider.rules)];
}

/** What releases of each broker change without an error. */
export function upgradeRules(): UpgradeRule[] {
  return providers.flatMap(({ upgrades }) => upgrades);
}

const isRule = findingTest(allRules);

/** Whether a diagnostic is the finding of a lint rule, and no mistake for which something could not be read. */
export function isFinding({ code }: Pick<Diagnostic, 'code'>): boolean {
  return isRule(code);
}

/** Reads everything the user wrote and says all that is wrong with it, without any broker. */
export function check(options: ProjectOptions): Checked {
  return checkWith(options.providers ?? providers, options);
}
