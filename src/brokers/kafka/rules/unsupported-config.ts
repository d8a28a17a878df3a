import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { fieldOf } from '../fields/field.ts';
import { declaredConfigs, pathOf } from '../topology.ts';

export const unsupportedConfig: Rule = {
  code: 'kafka/unsupported-config',
  severity: 'warning',
  summary: 'A config is not available in this Kafka release',
  explain: `
Kafka adds and removes configs of topics, groups and brokers between releases: 4.0 removed the topic configs
\`message.format.version\` and \`message.timestamp.difference.max.ms\` and rejects them. The rule checks against
\`target-version\`, or the newest release. With a known version, kafka/removed-config reports removed configs as errors.

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
    for (const { resource, owner, config, table } of declaredConfigs(context)) {
      const { since, until } = fieldOf(table, config) ?? {};
      const isMissing = since !== undefined && !atLeast(version, since);
      // kafka/removed-config reports it as an error if the version is known.
      const isGone = until !== undefined && !context.versionKnown && atLeast(version, until);
      if (!isMissing && !isGone) continue;
      const when = isMissing ? `requires Kafka ${since}` : `was removed in Kafka ${until}`;
      yield {
        resource,
        path: pathOf(config),
        message: `${config} of ${owner} ${when}${target}`,
        hint: 'remove it, or set the target-version of the broker',
      };
    }
  },
};
