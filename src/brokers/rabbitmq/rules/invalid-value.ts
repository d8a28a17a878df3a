import type { Finding, Rule } from '../../../model/index.ts';
import { bindingFields } from '../fields/exchange.ts';
import { typesTaking, valueProblem } from '../fields/queue.ts';
import { vhostsOf } from '../routing/read-topology.ts';

const MATCH_MODES: ReadonlySet<unknown> = new Set(bindingFields['x-match'].choices);

export const invalidValue: Rule = {
  code: 'rabbitmq/invalid-value',
  severity: 'error',
  summary: 'A TTL, limit or other setting is out of range or has the wrong type',
  explain: `
The broker rejects the value, and with it the queue, binding or policy. \`expires\` must be greater than 0 and
\`message-ttl\` at least 0, both in milliseconds and at most ten years. Limits are whole numbers of at least 0.
\`max-priority\` is 0 to 255. A stream's \`max-age\` is a number with a unit (\`7D\`), and its filter size is 16 to 255.

Bad:
\`\`\`yaml
queues:
  orders: { arguments: { x-message-ttl: "60000", x-expires: 0 } }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { message-ttl: 60s, expires: 7d }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { resource, arguments: args } of vhost.queues.values()) {
        for (const [argument, value] of Object.entries(args)) {
          // A release that does not know an argument takes any value.
          if (!argument.startsWith('x-') || typesTaking(argument, context.broker.version).length === 0)
            continue;
          const problem = valueProblem('argument', argument.slice(2), value);
          if (problem) yield report(resource, ['arguments', argument], `${argument} ${problem}`);
        }
      }
      for (const binding of vhost.bindings) {
        const mode = binding.arguments['x-match'] ?? 'all';
        if (vhost.exchange(binding.source)?.type !== 'headers' || MATCH_MODES.has(mode)) continue;
        const words = [...MATCH_MODES].join(', ');
        yield report(binding.resource, ['arguments', 'x-match'], `x-match must be one of ${words}`);
      }
    }
    for (const resource of [...context.ofKind('policy'), ...context.ofKind('operator-policy')]) {
      for (const [key, value] of Object.entries(resource.spec.definition ?? {})) {
        const problem = valueProblem('policy', key, value);
        if (problem) yield report(resource, ['definition', key], `${key} ${problem}`);
      }
    }
  },
};

function report(resource: Finding['resource'], path: readonly string[], problem: string): Finding {
  return { resource, path, message: `${problem}: the broker rejects it` };
}
