import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { configOf } from '../fields/topic-configs.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const unsupportedConfig: Rule = {
  code: 'kafka/unsupported-config',
  severity: 'warning',
  summary: 'A topic config is not available in this Kafka release',
  explain: `
Kafka adds and removes topic configs between releases: 4.0 removed \`message.format.version\` and
\`message.timestamp.difference.max.ms\` and rejects them. The rule checks against \`target-version\`, or the newest
release.

Bad:
\`\`\`yaml
topics:
  orders: { configs: { message.timestamp.difference.max.ms: 1d } }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { configs: { message.timestamp.before.max.ms: 1d } }
\`\`\`
`,
  *check(context) {
    const { version } = context.broker;
    // An assumed version is no target.
    const target = context.versionKnown ? `; the target version is ${version}` : '';
    for (const { name, resource, declared } of topicsOf(context)) {
      for (const config of declared) {
        const { since, until } = configOf(config) ?? {};
        const isMissing = since !== undefined && !atLeast(version, since);
        const isGone = until !== undefined && atLeast(version, until);
        if (!isMissing && !isGone) continue;
        const when = isMissing
          ? `requires Kafka ${since.join('.')}`
          : `was removed in Kafka ${until?.join('.')}`;
        yield {
          resource,
          path: pathOf(config),
          message: `${config} of topic "${name}" ${when}${target}`,
          hint: 'remove it, or set the target-version of the broker',
        };
      }
    }
  },
};
