import { providers } from '../brokers/index.ts';
import { neutralRules } from '../lint/index.ts';
import { CUSTOM_PREFIX, type Diagnostic, type Rule, type UpgradeRule } from '../model/index.ts';

/** Every lint rule there is, but for those of a project and of `upgrade-check`. */
export function allRules(): Rule[] {
  return [...neutralRules, ...providers.flatMap((provider) => provider.rules)];
}

/** What `explain` knows: the lint rules, and those of `upgrade-check`. */
export function explainedRules(): Rule[] {
  return [...allRules(), ...upgradeRules()];
}

/** What releases of each broker change without an error. */
export function upgradeRules(): UpgradeRule[] {
  return providers.flatMap(({ upgrades }) => upgrades);
}

let codes: ReadonlySet<string> | undefined;

/** Whether a diagnostic is the finding of a lint rule, and no mistake for which something could not be read. */
export function isFinding({ code }: Pick<Diagnostic, 'code'>): boolean {
  codes ??= new Set(allRules().map((rule) => rule.code));
  return code.startsWith(CUSTOM_PREFIX) || codes.has(code);
}
