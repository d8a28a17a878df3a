export { explainRule } from './explain.ts';
export { type LintBroker, type LintConfig, type LintInput, lintTopology, type RuleConfig } from './lint.ts';
export { rules as neutralRules } from './rules/index.ts';
