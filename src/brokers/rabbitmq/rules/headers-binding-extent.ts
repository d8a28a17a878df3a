import type { Rule } from '../../../model/index.ts';
import { headersExtent } from '../routing/matching.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const headersBindingExtent: Rule = {
  code: 'rabbitmq/headers-binding-extent',
  severity: 'warning',
  summary: 'A binding of a headers exchange matches all messages or none',
  explain: `
A headers exchange compares the arguments of a binding with the headers of a message. It ignores arguments that start
with \`x-\`, unless the mode is \`all-with-x\` or \`any-with-x\`. With no arguments left to compare, \`all\` (the default)
matches **every** message and \`any\` matches **none**. The routing key is ignored.

Bad:
\`\`\`yaml
exchanges: { documents: { type: headers } }
queues:
  pdfs: { bindings: [{ from: documents, arguments: { x-match: any, x-type: pdf } }] }      # matches nothing
\`\`\`
Good:
\`\`\`yaml
exchanges: { documents: { type: headers } }
queues:
  pdfs: { bindings: [{ from: documents, arguments: { x-match: any-with-x, x-type: pdf } }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const binding of vhost.bindings) {
        if (vhost.exchange(binding.source)?.type !== 'headers') continue;
        const extent = headersExtent(binding.arguments);
        if (extent === 'some') continue;
        yield {
          resource: binding.resource,
          path: ['arguments'],
          message:
            extent === 'everything'
              ? `binding to "${binding.destination}" compares no headers and matches every message`
              : `binding to "${binding.destination}" compares no headers: x-match any matches no message`,
          hint: 'list the headers to compare; headers that start with x- require all-with-x or any-with-x',
        };
      }
    }
  },
};
