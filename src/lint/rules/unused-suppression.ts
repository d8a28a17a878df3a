import type { Rule } from '../../model/index.ts';

/** `lintTopology` reports this after all other rules have run. */
export const unusedSuppression: Rule = {
  code: 'lint/unused-suppression',
  severity: 'warning',
  summary: 'A suppression comment suppresses no finding',
  explain: `
A comment \`# brokerform-ignore CODE: reason\` covers one line. If that line no longer has the finding, the comment is
obsolete and would hide a future finding. Remove it, or move it to the correct line.

Bad:
\`\`\`yaml
queues:
  # brokerform-ignore rabbitmq/dead-letter-exchange-missing: owned by the platform team
  orders: { type: quorum }          # has no dead-letter exchange at all
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
`,
  check: () => [],
};
