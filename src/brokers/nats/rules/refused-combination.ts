import { kindOf, type Rule } from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';

export const refusedCombination: Rule = {
  code: 'nats/refused-combination',
  severity: 'error',
  summary: 'The server rejects a combination of fields',
  explain: `
Some fields exclude each other, and some require another field. The server rejects a stream or consumer that breaks
such a constraint. A mirror has no subjects. \`rate_limit_bps\`, \`idle_heartbeat\`, \`flow_control\` and \`deliver_group\`
require a push consumer, \`max_waiting\` a pull consumer. \`opt_start_seq\` requires \`deliver_policy: by_start_sequence\`,
and so on.

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { idle_heartbeat: 5s }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { deliver_subject: billing.orders, idle_heartbeat: 5s }
\`\`\`
`,
  *check(context) {
    for (const resource of context.resources) {
      const { constraints = [] } = kinds[kindOf(resource.address)] ?? {};
      for (const { field, message, isViolated } of constraints) {
        if (!isViolated(resource.spec, context.broker)) continue;
        yield {
          resource,
          path: [field],
          message,
          hint: 'change one of the fields: the server rejects the combination',
        };
      }
    }
  },
};
