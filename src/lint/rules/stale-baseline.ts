import type { Rule } from '../../model/index.ts';

/** The engine itself reports this, once all other rules have run. */
export const staleBaseline: Rule = {
  code: 'lint/stale-baseline',
  severity: 'warning',
  summary: 'The baseline accepts findings that are gone',
  explain: `
A baseline (\`lint.baseline\` in the configuration, or \`--baseline\`) accepts the findings that were there when it was
written, by rule, resource and field. An entry without its finding is stale: it would accept the same mistake when
somebody makes it again.

Bad, as queue audit is bound by now:

\`\`\`json
{ "brokerform": "baseline", "version": 1, "findings": [
  { "code": "rabbitmq/unbound-queue", "address": "main/queue/%2F/audit", "count": 1 }
] }
\`\`\`

Good: the baseline as \`brokerform validate --write-baseline lint-baseline.json\` writes it now:

\`\`\`json
{ "brokerform": "baseline", "version": 1, "findings": [] }
\`\`\`
`,
  check: () => [],
};
