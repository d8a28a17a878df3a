import type { Rule } from '../../../model/index.ts';
import { NamePatterns } from '../kinds/policy/pattern.ts';
import { patternProblem } from './invalid-pattern.ts';

export const unsupportedPattern: Rule = {
  code: 'rabbitmq/unsupported-pattern',
  severity: 'info',
  summary: 'A pattern whose matches brokerform cannot tell',
  explain: `
The broker matches patterns with PCRE, which takes exponential time for some of them. brokerform matches with RE2, which never does, and
has no backreferences, atomic groups, possessive quantifiers or lookaround, but for a lookahead right behind \`^\`. What a policy with another pattern
applies to is unknown: other rules and \`diff\` leave the policy out, and a plan counts every queue of the vhost as matched.

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
          message: `brokerform cannot tell what pattern "${pattern}" matches: ${unknown}`,
          hint: 'the policy works on the broker; plans count it as matching every queue of the vhost',
        };
      }
    }
  },
};
