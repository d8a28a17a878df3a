import type { Rule } from '../../model/index.ts';

/** `lintTopology` reports this from the configuration and the comments; there is no resource to check. */
export const unknownRule: Rule = {
  code: 'lint/unknown-rule',
  severity: 'error',
  summary: 'The configuration or a suppression comment contains an unknown rule code',
  explain: `
An unknown code configures and suppresses nothing. Only lint rules can be configured and suppressed; fix errors of
loading and of the schema instead.

Bad:
\`\`\`yaml
lint:
  rules:
    rabbitmq/unbound-queues: off
\`\`\`
Good:
\`\`\`yaml
lint:
  rules:
    rabbitmq/unbound-queue: off
\`\`\`
`,
  check: () => [],
};
