import type { Resource, Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';
import { hintsFor } from '../routing/topology.ts';

const code = 'rabbitmq/alternate-exchange-missing';

export const alternateExchangeMissing: Rule = {
  code,
  severity: 'warning',
  summary: 'An alternate exchange is undeclared or is the default exchange',
  explain: `
An exchange sends unroutable messages to its alternate exchange. The broker does not check that the alternate exchange
exists. If it does not, unroutable messages are dropped, as without an alternate exchange. The default exchange (\`""\`)
cannot serve as an alternate exchange: it has no bindings, so it routes nothing.

Bad:
\`\`\`yaml
exchanges:
  events: { type: topic, alternate-exchange: unrouted }       # unrouted is not declared
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
    for (const vhost of vhostsOf(context)) {
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
              ? `exchange "${name}" drops unroutable messages: the default exchange cannot serve as an alternate exchange`
              : `exchange "${name}" drops unroutable messages: its alternate exchange "${target}" is not declared`,
          hint:
            target === ''
              ? 'use a fanout exchange with a bound queue'
              : hintFor(target, vhost.exchanges.keys()),
        };
      }
    }
  },
};
