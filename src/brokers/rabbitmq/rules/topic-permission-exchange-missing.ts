import { parseAddress, type Rule } from '../../../model/index.ts';
import { topologyOf } from '../routing/read-topology.ts';
import { hintsFor } from '../routing/topology.ts';
import { atLeast } from '../version.ts';

const code = 'rabbitmq/topic-permission-exchange-missing';

export const topicPermissionExchangeMissing: Rule = {
  code,
  severity: 'error',
  summary: 'A topic permission is for an exchange that is not declared',
  explain: `
RabbitMQ 4.3 rejects a topic permission for an exchange that does not exist; 3.10 and 4.0 store it. Check the spelling
first. If another project owns the exchange, add a suppression comment.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
topic-permissions: { app: { event: { write: ^order } } }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
topic-permissions: { app: { events: { write: ^order } } }
\`\`\`
`,
  *check(context) {
    // Seen on 4.3.6; 4.0.5 takes it.
    if (!atLeast(context.broker, '4.3')) return;
    const hintFor = hintsFor(code);
    const { vhosts } = topologyOf(context);
    for (const resource of context.ofKind('topic-permission')) {
      const [name = '', , exchange = ''] = parseAddress(resource.address).path;
      const vhost = vhosts.get(name);
      // The empty name is that of the default exchange. Plug-ins create their own amq.* exchanges.
      if (exchange === '' || exchange.startsWith('amq.') || vhost?.exchange(exchange)) continue;
      yield {
        resource,
        message: `exchange "${exchange}" of a topic permission is not declared`,
        hint: hintFor(exchange, vhost?.exchanges.keys() ?? []),
      };
    }
  },
};
