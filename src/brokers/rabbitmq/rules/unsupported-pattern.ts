import type { Rule } from '../../../model/index.ts';
import { NamePatterns } from '../kinds/policy/pattern.ts';
import { patternProblem } from './invalid-pattern.ts';

export const unsupportedPattern: Rule = {
  code: 'rabbitmq/unsupported-pattern',
  severity: 'info',
  summary: 'A policy has a pattern that brokerform cannot evaluate',
  explain: `
The broker matches patterns with PCRE, which takes exponential time for some patterns. brokerform matches with RE2,
which runs in linear time. RE2 supports no backreferences, atomic groups, possessive quantifiers or lookaround, except
a lookahead directly after \`^\`. If a policy has another pattern, its matches are unknown: other rules and \`diff\`
ignore the policy, and a plan treats every queue of the vhost as matched.

Bad:
\`\`\`yaml
queues: { orders: {} }
policies:
  limits: { pattern: "orders(?!\\\\.tmp)", definition: { max-length: 1000 } }
\`\`\`
Good:
\`\`\`yaml
queues: { orders: {} }
policies:
  limits: { pattern: "^(?!orders\\\\.tmp)orders", definition: { max-length: 1000 } }
\`\`\`
`,
  *check(context) {
    const patterns = new NamePatterns();
    for (const kind of ['policy', 'operator-policy']) {
      for (const resource of context.ofKind(kind)) {
        const { pattern } = resource.spec;
        if (typeof pattern !== 'string' || patternProblem(pattern) !== undefined) continue;
        const { unknown } = patterns.compile(pattern);
        if (unknown === undefined) continue;
        yield {
          resource,
          path: ['pattern'],
          message: `brokerform cannot evaluate pattern "${pattern}": ${unknown}`,
          hint: 'the policy works on the broker; plans treat every queue of the vhost as matched',
        };
      }
    }
  },
};
