import type { Rule } from '../../model/index.ts';

/** The engine itself reports this, once all other rules have run. */
export const unusedSuppression: Rule = {
  code: 'lint/unused-suppression',
  severity: 'warning',
  summary: 'A suppression comment suppresses nothing',
  explain: `
A comment \`# brokerform-ignore CODE: reason\` covers one line. When that line has no such finding any more, the
comment is a leftover: it would hide the next, real finding there. Remove it, or move it to the line that it is for.

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
