import type { Rule } from '../model/index.ts';

/** The Markdown that `brokerform explain CODE` prints. Undefined if no rule has this code. */
export function explainRule(code: string, rules: Iterable<Rule>): string | undefined {
  for (const rule of rules) {
    if (rule.code !== code) continue;
    return [
      `# ${rule.code}`,
      `${rule.summary}.`,
      `Severity: ${rule.severity}. Change it with \`lint.rules.${rule.code}\` in the configuration, ` +
        `or suppress it on one line with \`# brokerform-ignore ${rule.code}: <reason>\`.`,
      rule.explain.trim(),
    ].join('\n\n');
  }
  return undefined;
}
