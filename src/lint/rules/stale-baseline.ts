import type { Rule } from '../../model/index.ts';

/** `lintTopology` reports this after all other rules have run. */
export const staleBaseline: Rule = {
  code: 'lint/stale-baseline',
  severity: 'warning',
  summary: 'The baseline accepts findings that no longer exist',
  explain: `
A baseline (\`lint.baseline\` in the configuration, or \`--baseline\`) accepts the findings that existed when it was
written, by rule, resource and field. An entry without a finding is stale: it would accept the same mistake again.

Bad (queue audit now has a binding):

\`\`\`json
{ "brokerform": "baseline", "version": 1, "findings": [
  { "code": "rabbitmq/unbound-queue", "address": "main/queue/%2F/audit", "count": 1 }
] }
\`\`\`

Good (written by \`brokerform validate --write-baseline\`):

\`\`\`json
{ "brokerform": "baseline", "version": 1, "findings": [] }
\`\`\`
`,
  check: () => [],
};
