export { customRules, type DisplayedPath, unknownFields } from './custom.ts';
export { applyBaseline, baselineOf, compareFindings } from './earlier-findings.ts';
export { explainRule, pageText } from './explain.ts';
export { type Linted, type LintInput, lintTopology } from './lint.ts';
export { rules as neutralRules } from './rules/index.ts';
