import { kindOf, type Rule } from '../../../model/index.ts';
import { serverText, unsupportedInConsumer, unsupportedInStream } from '../server-risks.ts';

export const unsupportedField: Rule = {
  code: 'nats/unsupported-field',
  severity: 'error',
  summary: 'A field that the server is too old for',
  explain: `
Servers before 2.12 drop a field that they do not know without a word: the stream is made, and what was asked for is
not in it. Later ones refuse it (error 10025). This is checked when the server's version is known: of a live server,
or from \`target-version\`.

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
      const unsupportedIn =
        kindOf(resource.address) === 'consumer' ? unsupportedInConsumer : unsupportedInStream;
      for (const { path, what, since } of unsupportedIn(resource.spec, broker)) {
        yield {
          resource,
          path,
          message: `${what} needs NATS ${since}, and this server is ${serverText(broker)}`,
          hint: `leave it out, or upgrade every server to ${since} or later first`,
        };
      }
    }
  },
};
