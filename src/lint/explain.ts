import type { Page } from '../model/index.ts';

/** The Markdown that `brokerform explain CODE` prints. Undefined if no rule has this code. */
export function explainRule(code: string, rules: Iterable<Page>): string | undefined {
  for (const rule of rules) if (rule.code === code) return pageText(rule);
  return undefined;
}

export function pageText(page: Page): string {
  return [
    `# ${page.code}`,
    `${page.summary}.`,
    `Severity: ${page.severity}.${'check' in page ? ` ${settable(page)}` : ''}`,
    page.explain.trim(),
  ].join('\n\n');
}

/** Only findings of rules have a severity that can change. */
function settable({ code }: Page): string {
  return `Change it with \`lint.rules.${code}\` in the configuration, or suppress it on one line with \`# brokerform-ignore ${code}: <reason>\`.`;
}
