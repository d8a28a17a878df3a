import type { Rule } from '../../model/index.ts';

/** The engine itself reports this, as it reads the configuration and the comments: there is no resource to check. */
export const unknownRule: Rule = {
  code: 'lint/unknown-rule',
  severity: 'error',
  summary: 'A rule code in the configuration or in a suppression comment does not exist',
  explain: `
A misspelt code turns nothing off and suppresses nothing, and nobody notices. Only lint rules can be configured
and suppressed: what fails to load, or breaks the schema, has to be mended.

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
