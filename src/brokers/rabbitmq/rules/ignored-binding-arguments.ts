import type { Rule } from '../../../model/index.ts';
import { PLUGIN_ARGUMENTS } from '../fields/exchange.ts';
import { vhostsOf } from '../routing/read-topology.ts';

const BLIND = new Set(['direct', 'fanout', 'topic']);

export const ignoredBindingArguments: Rule = {
  code: 'rabbitmq/ignored-binding-arguments',
  severity: 'warning',
  summary: 'A binding has arguments that its exchange ignores',
  explain: `
Direct, fanout and topic exchanges ignore binding arguments: \`x-match\` and header values filter nothing, and unwanted
messages reach the queue. Only a headers exchange compares them.

Bad:
\`\`\`yaml
exchanges: { documents: { type: topic } }
queues:
  pdfs: { bindings: [{ from: documents, key: "#", arguments: { type: pdf } }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { documents: { type: headers } }
queues:
  pdfs: { bindings: [{ from: documents, arguments: { type: pdf } }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { source, resource, arguments: args } of vhost.bindings) {
        const type = vhost.exchange(source)?.type ?? '';
        const argument = Object.keys(args).find((one) => !PLUGIN_ARGUMENTS.binding.has(one));
        if (argument === undefined || !BLIND.has(type)) continue;
        yield {
          resource,
          path: ['arguments', argument],
          message: `${type} exchange "${source}" ignores binding argument "${argument}"`,
          hint: 'remove it, or use a headers exchange',
        };
      }
    }
  },
};
