import { providers } from '../brokers/index.ts';
import { neutralRules } from '../lint/index.ts';
import { CUSTOM_PREFIX, type Diagnostic, type Rule } from '../model/index.ts';

/** Every lint rule there is, but for those of a project and of `upgrade-check`. */
export function allRules(): Rule[] {
  return [...neutralRules, ...providers.flatMap((provider) => provider.rules)];
}

let codes: ReadonlySet<string> | undefined;

/** Whether a diagnostic is the finding of a lint rule, and no mistake for which something could not be read. */
export function isFinding({ code }: Pick<Diagnostic, 'code'>): boolean {
  codes ??= new Set(allRules().map((rule) => rule.code));
  return code.startsWith(CUSTOM_PREFIX) || codes.has(code);
}
