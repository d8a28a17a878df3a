import type { Json, Rule, Severity } from '../model/index.ts';
import { isObject } from '../model/index.ts';

/** `lint.rules.<code>` of the configuration: `off`, a severity, or an object with a severity and the rule's options. */
export type RuleConfig = Severity | 'off' | { readonly [key: string]: Json };

export interface RuleSetting {
  readonly severity: Severity | 'off';
  readonly options: Readonly<Record<string, Json>>;
}

/** The severity and options of a rule: its defaults, overridden by the configuration. */
export function settingOf(rule: Rule, config: RuleConfig | undefined): RuleSetting {
  if (config === undefined) return { severity: rule.severity, options: {} };
  if (!isObject(config)) return { severity: severityOf(config) ?? rule.severity, options: {} };
  const { severity, ...options } = config;
  return { severity: severityOf(severity) ?? rule.severity, options };
}

function severityOf(value: Json | undefined): RuleSetting['severity'] | undefined {
  return value === 'off' || value === 'error' || value === 'warning' || value === 'info' ? value : undefined;
}
