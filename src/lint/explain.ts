import type { Page } from '../model/index.ts';

/** The Markdown that `brokerform explain CODE` prints. Undefined if no rule has this code. */
export function explainRule(code: string, rules: Iterable<Page>): string | undefined {
  for (const rule of rules) {
    if (rule.code !== code) continue;
    return [
      `# ${rule.code}`,
      `${rule.summary}.`,
      `Severity: ${rule.severity}.${'check' in rule ? ` ${settable(rule)}` : ''}`,
      rule.explain.trim(),
    ].join('\n\n');
  }
  return undefined;
}

/** Only findings of rules have a severity that can change. */
function settable({ code }: Page): string {
  return `Change it with \`lint.rules.${code}\` in the configuration, or suppress it on one line with \`# brokerform-ignore ${code}: <reason>\`.`;
}
