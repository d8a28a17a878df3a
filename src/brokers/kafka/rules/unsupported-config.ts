import type { Rule } from '../../../model/index.ts';
import { configOf } from '../fields/topic-configs.ts';
import { atLeast } from '../version.ts';
import { pathOf, topicsOf } from './topology.ts';

export const unsupportedConfig: Rule = {
  code: 'kafka/unsupported-config',
  severity: 'warning',
  summary: 'A topic config that this release of Kafka does not have',
  explain: `
Some configs came with a release, and some are gone: Kafka 4.0 has no \`message.format.version\` and no
\`message.timestamp.difference.max.ms\`, and refuses them. The release is that of \`target-version\`, or the newest.

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
    for (const { name, resource, declared } of topicsOf(context)) {
      for (const config of declared) {
        const { since, until } = configOf(config) ?? {};
        const isMissing = since !== undefined && !atLeast(version, since);
        const isGone = until !== undefined && atLeast(version, until);
        if (!isMissing && !isGone) continue;
        const when = isMissing
          ? `came with Kafka ${since.join('.')}`
          : `is gone since Kafka ${until?.join('.')}`;
        yield {
          resource,
          path: pathOf(config),
          message: `${config} of topic "${name}" ${when}, and this is for ${version}`,
          hint: 'remove it, or set the target-version of the broker',
        };
      }
    }
  },
};
