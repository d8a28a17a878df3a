import type { Rule } from '../../../model/index.ts';
import { aclOf, describeAcl } from '../kinds/acl/index.ts';

const CHANGING = new Set<string>(['write', 'create', 'delete', 'alter', 'alter-configs', 'cluster-action']);

export const aclGrantsEverything: Rule = {
  code: 'kafka/acl-grants-everything',
  severity: 'warning',
  summary: 'An ACL that allows nearly everything',
  explain: `
With every operation on every topic, the credentials of one service can read, change and delete all that the cluster
has. \`User:*\` is everybody who can connect, also without a login where the listener has none.

Name the topics, or how they begin, and the operations: \`produces\` and \`consumes\` are enough for most.

Bad:
\`\`\`yaml
acls:
  User:orders:
    allow: [{ topic: "*", operations: [all] }]
\`\`\`
Good:
\`\`\`yaml
acls:
  User:orders:
    produces: [orders, { prefix: orders. }]
\`\`\`
`,
  *check(context) {
    for (const resource of context.ofKind('acl')) {
      const acl = aclOf(resource);
      if (acl.permission !== 'allow') continue;
      const isWide = acl.name === '*' || acl['resource-type'] === 'cluster';
      const changes = acl.operation === 'all' || CHANGING.has(acl.operation);
      const isEverybody = acl.principal === 'User:*';
      if (!(isWide && acl.operation === 'all') && !(isEverybody && changes)) continue;
      yield {
        resource,
        message: `${isEverybody ? 'everybody' : acl.principal} gets "${describeAcl(acl)}"`,
        hint: 'name who, which operations and which resources',
      };
    }
  },
};
