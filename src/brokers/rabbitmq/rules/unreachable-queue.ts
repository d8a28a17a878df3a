import type { Rule } from '../../../model/index.ts';
import { headersExtent } from '../effects/headers.ts';
import { reachableExchanges } from '../effects/reachability.ts';
import { type Binding, topologyOf, type Vhost } from '../effects/topology/read.ts';

export const unreachableQueue: Rule = {
  code: 'rabbitmq/unreachable-queue',
  severity: 'warning',
  summary: 'A queue has bindings, but no message can come through any of them',
  explain: `
All bindings of the queue come from internal exchanges that nothing leads to, or match no message at all. The queue
looks connected and stays empty.

Bad:
\`\`\`yaml
exchanges: { archive: { type: fanout, internal: true } }        # nothing is bound to archive
queues: { archived: { bindings: [{ from: archive }] } }
\`\`\`
Good:
\`\`\`yaml
exchanges: { archive: { type: fanout } }
queues: { archived: { bindings: [{ from: archive }] } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { name, incoming, resource } of vhost.queues.values()) {
        if (incoming.length === 0 || incoming.some((binding) => delivers(vhost, binding))) continue;
        yield {
          resource,
          message: `no message can reach queue "${name}" through its bindings`,
          hint: 'make a way to the exchanges that it is bound to, or bind it to another one',
        };
      }
    }
  },
};

function delivers(vhost: Vhost, binding: Binding): boolean {
  const source = vhost.exchange(binding.source);
  if (!source) return true;
  const empty = source.type === 'headers' && headersExtent(binding.arguments) === 'nothing';
  return !empty && reachableExchanges(vhost).has(source.name);
}
