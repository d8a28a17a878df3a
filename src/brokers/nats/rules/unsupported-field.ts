import { kindOf, type Rule } from '../../../model/index.ts';
import { serverText } from '../facts.ts';
import { kinds } from '../kinds/index.ts';

export const unsupportedField: Rule = {
  code: 'nats/unsupported-field',
  severity: 'error',
  summary: 'A field is not supported by the server version',
  explain: `
Servers before 2.12 silently drop unknown fields: they create the stream without the requested setting. Later servers
reject them (error 10025). The rule needs a known version: that of a live server, or \`target-version\`.

Bad (on a 2.9 server):
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 7d, compression: s2 }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 7d }
\`\`\`
`,
  *check(context) {
    if (!context.versionKnown) return;
    const { broker } = context;
    for (const resource of context.resources) {
      const unsupported = kinds[kindOf(resource.address)]?.unsupported(resource.spec, broker) ?? [];
      for (const { path, what, since } of unsupported) {
        yield {
          resource,
          path,
          message: `${what} requires NATS ${since}, but this server is ${serverText(broker)}`,
          hint: `omit it, or first upgrade every server to ${since} or later`,
        };
      }
    }
  },
};
