import type { Rule } from '../../../model/index.ts';
import { aclOf } from '../kinds/acl/index.ts';

export const aclStarInName: Rule = {
  code: 'kafka/acl-star-in-name',
  severity: 'warning',
  summary: 'A star in an ACL that stands for itself',
  explain: `
Kafka knows no patterns but "every name", which is \`*\` alone, and names that begin with a text. \`orders.*\` is the topic
of just that name, which cannot exist, and so the ACL does nothing.

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
        message: `"${name}" is no pattern: the star stands for itself`,
        hint: `write { prefix: ${JSON.stringify(name.slice(0, name.indexOf('*')))} } for names that begin so, or "*" for all`,
      };
    }
  },
};
