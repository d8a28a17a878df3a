import type { Page } from '../../../model/index.ts';

export const deprecatedFeature: Page = {
  code: 'rabbitmq/deprecated-feature',
  severity: 'warning',
  summary: 'A feature in use is deprecated, as the broker itself lists it',
  explain: `
From 3.13 on a broker lists the deprecated features that are in use (\`/api/deprecated-features/used\`). \`upgrade-check --live\` and
\`doctor\` report them with the broker's own words: what is in use, whether a later release rejects it by default or removes it,
and where it is documented. The broker knows more than a topology: queues and clients of others count too.

Find out who uses the feature, move them away from it, then upgrade. Until it is removed, \`deprecated_features.permit.NAME = true\`
in rabbitmq.conf permits it, and \`false\` tries out whether anything still needs it.
https://www.rabbitmq.com/docs/deprecated-features
`,
};
