import type { Rule } from '../../../model/index.ts';
import { aclOf, describeAcl } from '../kinds/acl/spec.ts';

const CHANGING = new Set<string>(['write', 'create', 'delete', 'alter', 'alter-configs', 'cluster-action']);

export const aclGrantsEverything: Rule = {
  code: 'kafka/acl-grants-everything',
  severity: 'warning',
  summary: 'An ACL allows nearly everything',
  explain: `
With every operation on every topic, the credentials of one service can read, change and delete everything in the
cluster. \`User:*\` is every client that can connect, including unauthenticated clients if the listener accepts them.

List the topics or a prefix, and the operations. \`produces\` and \`consumes\` are enough for most services.

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
        message: `ACL of ${isEverybody ? 'every client' : acl.principal} is too broad: ${describeAcl(acl)}`,
        hint: 'list the principals, operations and resources',
      };
    }
  },
};
