import type { Rule } from '../../../model/index.ts';
import { headersExtent } from '../routing/matching.ts';
import { reachableExchanges } from '../routing/reachability.ts';
import { type Binding, type Vhost, vhostsOf } from '../routing/read-topology.ts';

export const unreachableQueue: Rule = {
  code: 'rabbitmq/unreachable-queue',
  severity: 'warning',
  summary: 'A queue has bindings, but none can deliver a message',
  explain: `
Every binding of the queue comes from an unreachable internal exchange or matches no message. The queue stays empty.

Bad:
\`\`\`yaml
exchanges: { archive: { type: fanout, internal: true } }        # archive is unreachable
queues: { archived: { bindings: [{ from: archive }] } }
\`\`\`
Good:
\`\`\`yaml
exchanges: { archive: { type: fanout } }
queues: { archived: { bindings: [{ from: archive }] } }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { name, incoming, resource } of vhost.queues.values()) {
        if (incoming.length === 0 || incoming.some((binding) => delivers(vhost, binding))) continue;
        yield {
          resource,
          message: `queue "${name}" receives no messages: none of its bindings can deliver`,
          hint: 'bind the source exchanges to a reachable exchange, or bind the queue to another exchange',
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
