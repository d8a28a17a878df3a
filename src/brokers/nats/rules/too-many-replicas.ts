import type { Rule } from '../../../model/index.ts';
import { type NatsFacts, supports } from '../facts.ts';
import { consumerNameOf } from '../kinds/addresses.ts';
import { consumersByStream, nounOf, streamsOf } from '../topology.ts';

export const tooManyReplicas: Rule = {
  code: 'nats/too-many-replicas',
  severity: 'error',
  summary: 'More replicas than servers, or than the stream of a consumer',
  explain: `
Each replica needs a separate server with JetStream. A standalone server rejects \`num_replicas: 3\` (error 10074), and
a cluster that is too small has no suitable peers (10005). The number of servers comes from the live broker or from
the option \`servers\` of this rule: \`lint: { rules: { nats/too-many-replicas: { severity: error, servers: 3 } } }\`.

A consumer cannot have more replicas than its stream. On a stream with \`retention: interest\` or \`workqueue\` it must
have the same number, which is the default.

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { num_replicas: 3 }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    num_replicas: 3
    consumers:
      billing: {}
\`\`\`
`,
  *check(context) {
    const { servers: known } = context.broker.facts as NatsFacts;
    const servers = typeof context.options.servers === 'number' ? context.options.servers : known;
    for (const stream of streamsOf(context)) {
      const wanted = Number(stream.spec.num_replicas);
      if (servers === undefined || wanted <= servers) continue;
      yield {
        resource: stream,
        path: ['num_replicas'],
        message:
          `${nounOf(stream)} requires ${wanted} replicas, but there ${servers === 1 ? 'is 1 server' : `are ${servers} servers`}` +
          // 2.10.27 stores the number of an update.
          (supports(context.broker, '2.11') ? '' : ': NATS before 2.11 ignores an update to it'),
        hint: 'lower num_replicas; if other environments have more servers, use an override for this environment',
      };
    }
    for (const [stream, consumers] of consumersByStream(context)) {
      const most = Number(stream.spec.num_replicas);
      const mustMatch = stream.spec.retention !== 'limits';
      for (const consumer of consumers) {
        const wanted = Number(consumer.spec.num_replicas);
        if (wanted === 0 || (mustMatch ? wanted === most : wanted <= most)) continue;
        yield {
          resource: consumer,
          path: ['num_replicas'],
          message: `consumer "${consumerNameOf(consumer.address)}" requires ${wanted} replicas, but ${nounOf(stream)} has ${most}`,
          hint: 'omit it: the default is the number of the stream',
        };
      }
    }
  },
};
