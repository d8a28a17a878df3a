import type { Rule } from '../../../model/index.ts';
import { BRINGS, OPERATIONS } from '../effects/access.ts';
import { aclOf } from '../kinds/acl/index.ts';

export const aclOperationIgnored: Rule = {
  code: 'kafka/acl-operation-ignored',
  severity: 'error',
  summary: 'An operation that a type of resource does not have',
  explain: `
Brokers take an ACL with any operation on any resource, and never ask for some of them: nobody writes to a group. Such an ACL
permits nothing, or only what its operation brings along, and a denial of this kind protects nothing.

Bad:
\`\`\`yaml
acls:
  User:app: { allow: [{ group: app, operations: [write] }] }
\`\`\`
Good:
\`\`\`yaml
acls:
  User:app: { allow: [{ group: app, operations: [read] }] }
\`\`\`
`,
  *check(context) {
    for (const resource of context.ofKind('acl')) {
      const { operation, permission, 'resource-type': type } = aclOf(resource);
      const known = OPERATIONS[type];
      if (operation === 'all' || known.includes(operation)) continue;
      const brought = BRINGS[operation];
      const isPartial = permission === 'allow' && brought !== undefined && known.includes(brought);
      const effect =
        permission === 'deny'
          ? 'this denial protects nothing'
          : isPartial
            ? `this permits only ${brought}`
            : 'this permits nothing';
      yield {
        resource,
        message: `a ${type} has no operation "${operation}": ${effect}`,
        hint: `operations of a ${type}: ${known.join(', ')}, all`,
      };
    }
  },
};
