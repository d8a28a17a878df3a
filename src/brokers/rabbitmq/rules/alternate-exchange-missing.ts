import type { Resource, Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';
import { hintsFor } from '../effects/topology/undeclared.ts';

const code = 'rabbitmq/alternate-exchange-missing';

export const alternateExchangeMissing: Rule = {
  code,
  severity: 'warning',
  summary: 'An alternate exchange is not declared, or is the default exchange',
  explain: `
An alternate exchange gets what an exchange cannot route. The broker does not check that it exists: where it does
not, unroutable messages are dropped as if there was none. The default exchange (\`""\`) routes nothing as an
alternate either: it has no bindings to look at.

Bad:
\`\`\`yaml
exchanges:
  events: { type: topic, alternate-exchange: unrouted }       # nobody declares unrouted
\`\`\`
Good:
\`\`\`yaml
exchanges:
  events: { type: topic, alternate-exchange: unrouted }
  unrouted: { type: fanout }
queues: { strays: { bindings: [{ from: unrouted }] } }
\`\`\`
`,
  *check(context) {
    const hintFor = hintsFor(code);
    for (const vhost of topologyOf(context).vhosts.values()) {
      const reported = new Set<Resource>();
      for (const { name, alternate } of vhost.exchanges.values()) {
        if (typeof alternate?.value !== 'string' || reported.has(alternate.resource)) continue;
        const target = alternate.value;
        if (target !== '' && vhost.exchange(target)) continue;
        reported.add(alternate.resource);
        yield {
          resource: alternate.resource,
          path: alternate.path,
          message:
            target === ''
              ? `what "${name}" cannot route is lost: the default exchange routes nothing as an alternate exchange`
              : `what "${name}" cannot route is lost: its alternate exchange "${target}" is not declared`,
          hint:
            target === '' ? 'use a fanout exchange with a queue' : hintFor(target, vhost.exchanges.keys()),
        };
      }
    }
  },
};
