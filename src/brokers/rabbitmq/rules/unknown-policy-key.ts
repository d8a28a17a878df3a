import { nearestWord, type Rule } from '../../../model/index.ts';
import { policyKeys } from '../fields/policy.ts';

const KNOWN = new Set([...policyKeys.keys()].sort());

export const unknownPolicyKey: Rule = {
  code: 'rabbitmq/unknown-policy-key',
  severity: 'warning',
  summary: 'A policy has a key that neither the broker nor its own plug-ins know',
  explain: `
The broker refuses a policy with a key that it does not recognise. Keys have no \`x-\` in front, and not every argument
exists as a policy key: \`max-priority\` and \`single-active-consumer\` do not. A plug-in of another maker may bring its
own; then say so in a suppression comment.

Bad:
\`\`\`yaml
policies:
  limits: { pattern: .*, definition: { x-max-length: 1000 } }
\`\`\`
Good:
\`\`\`yaml
policies:
  limits: { pattern: .*, definition: { max-length: 1000 } }
\`\`\`
`,
  *check(context) {
    for (const resource of [...context.ofKind('policy'), ...context.ofKind('operator-policy')]) {
      for (const key of Object.keys(resource.spec.definition ?? {})) {
        if (KNOWN.has(key)) continue;
        const nearest = KNOWN.has(key.replace(/^x-/, '')) ? key.slice(2) : nearestWord(key, KNOWN);
        yield {
          resource,
          path: ['definition', key],
          message: `RabbitMQ knows no policy key "${key}", and refuses the policy`,
          hint: nearest ? `did you mean ${nearest}?` : 'remove it, or enable the plug-in that it belongs to',
        };
      }
    }
  },
};
