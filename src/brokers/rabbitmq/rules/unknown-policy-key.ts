import { nearestWord, type Rule } from '../../../model/index.ts';
import { policyKeys } from '../fields/policy.ts';

const KNOWN = new Set([...policyKeys.keys()].sort());

export const unknownPolicyKey: Rule = {
  code: 'rabbitmq/unknown-policy-key',
  severity: 'warning',
  summary: 'A policy has a key that neither the broker nor its bundled plug-ins support',
  explain: `
The broker rejects a policy with an unknown key. Policy keys have no \`x-\` prefix, and some arguments have no policy
key: \`max-priority\` and \`single-active-consumer\`. If a third-party plug-in defines the key, add a suppression comment.

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
          message: `unknown policy key "${key}": RabbitMQ rejects the policy`,
          hint: nearest ? `did you mean ${nearest}?` : 'remove it, or enable the plug-in that defines it',
        };
      }
    }
  },
};
