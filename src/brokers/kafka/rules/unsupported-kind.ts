import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { configKinds } from '../kinds/index.ts';
import { nameOf } from '../kinds/kind.ts';

export const unsupportedKind: Rule = {
  code: 'kafka/unsupported-kind',
  severity: 'error',
  summary: 'This Kafka release has no resources of the kind',
  explain: `
Group configs require Kafka 4.0, client-metrics subscriptions Kafka 3.7. A plan refuses them on an older cluster. The rule
checks against \`target-version\`, or the version of the live cluster.

Bad, with \`target-version: 3.7\`:
\`\`\`yaml
groups:
  orders: { consumer.session.timeout.ms: 1m }
\`\`\`
Good:
\`\`\`yaml
client-metrics:
  all: { metrics: ["*"] }
\`\`\`
`,
  *check(context) {
    const { version } = context.broker;
    // An assumed version is no target.
    const target = context.versionKnown ? `; the target version is ${version}` : '';
    for (const { kind, plural, quoted, since } of configKinds) {
      if (!since || atLeast(version, since)) continue;
      for (const resource of context.ofKind(kind)) {
        yield {
          resource,
          path: [],
          message: `${quoted(nameOf(resource))}: ${plural} require Kafka ${since}${target}`,
          hint: 'remove it, or set the target-version of the broker',
        };
      }
    }
  },
};
