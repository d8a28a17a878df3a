import type { Rule } from '../../../model/index.ts';
import { headersExtent } from '../effects/headers.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const headersBindingExtent: Rule = {
  code: 'rabbitmq/headers-binding-extent',
  severity: 'warning',
  summary: 'A binding of a headers exchange matches every message, or none',
  explain: `
A headers exchange compares the arguments of a binding with the headers of the message. Arguments that begin with
\`x-\` are left out, unless the mode is \`all-with-x\` or \`any-with-x\`. When nothing is left to compare, \`all\` (also
the default) matches **every** message and \`any\` matches **none**. The routing key does not count.

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const binding of vhost.bindings) {
        if (vhost.exchange(binding.source)?.type !== 'headers') continue;
        const extent = headersExtent(binding.arguments);
        if (extent === 'some') continue;
        yield {
          resource: binding.resource,
          path: ['arguments'],
          message:
            extent === 'everything'
              ? `binding to "${binding.destination}" compares no header: it matches every message`
              : `binding to "${binding.destination}" compares no header: with x-match any it matches no message`,
          hint: 'name the headers to compare; those that begin with x- need all-with-x or any-with-x',
        };
      }
    }
  },
};
