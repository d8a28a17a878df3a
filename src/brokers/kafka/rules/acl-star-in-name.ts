import type { Rule } from '../../../model/index.ts';
import { aclOf } from '../kinds/acl/spec.ts';

export const aclStarInName: Rule = {
  code: 'kafka/acl-star-in-name',
  severity: 'warning',
  summary: 'An ACL uses a star as a wildcard inside a name',
  explain: `
Kafka ACLs support the name \`*\` (every name) and prefixes, but no other wildcards. \`orders.*\` is a literal topic name,
and no topic can have it, so the ACL has no effect.

Bad:
\`\`\`yaml
acls:
  User:orders: { produces: ["orders.*"] }
\`\`\`
Good:
\`\`\`yaml
acls:
  User:orders: { produces: [{ prefix: orders. }] }
\`\`\`
`,
  *check(context) {
    for (const resource of context.ofKind('acl')) {
      const { name, pattern } = aclOf(resource);
      if (!name.includes('*') || (name === '*' && pattern === 'literal')) continue;
      yield {
        resource,
        message: `"${name}" is a literal name: the star is not a wildcard`,
        hint: `use { prefix: ${JSON.stringify(name.slice(0, name.indexOf('*')))} } for a prefix, or "*" for every name`,
      };
    }
  },
};
