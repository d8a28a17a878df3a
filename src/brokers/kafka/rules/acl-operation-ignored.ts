import type { Rule } from '../../../model/index.ts';
import { impliedBy, operationsOn } from '../fields/acl.ts';
import { aclOf } from '../kinds/acl/spec.ts';

export const aclOperationIgnored: Rule = {
  code: 'kafka/acl-operation-ignored',
  severity: 'warning',
  summary: 'An ACL operation does not apply to its resource type',
  explain: `
Brokers accept an ACL with any operation on any resource, but never check some combinations: no request writes to a
group. Such an allow permits nothing, or only the operations that it implies. Such a deny blocks nothing.

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
      const known = operationsOn(type);
      if (operation === 'all' || known.includes(operation)) continue;
      const brought = impliedBy(operation);
      const isPartial = permission === 'allow' && brought !== undefined && known.includes(brought);
      const effect =
        permission === 'deny'
          ? 'this deny blocks nothing'
          : isPartial
            ? `this permits only ${brought}`
            : 'this permits nothing';
      yield {
        resource,
        message: `operation "${operation}" does not apply to a ${type}: ${effect}`,
        hint: `operations of a ${type}: ${known.join(', ')}, all`,
      };
    }
  },
};
