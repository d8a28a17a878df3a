import type { Rule } from '../../../model/index.ts';
import { aclOf } from '../kinds/acl/spec.ts';

const READS = new Set<string>(['read', 'all']);

export const consumerWithoutGroup: Rule = {
  code: 'kafka/consumer-without-group',
  severity: 'warning',
  summary: 'A consumer has no permission to join a group',
  explain: `
A consumer group needs \`read\` on the group as well as on the topic. Without it, joining fails with
\`GROUP_AUTHORIZATION_FAILED\`, and the consumer commits no offsets. Only clients that assign partitions manually and
store no offsets in Kafka work without it.

Bad:
\`\`\`yaml
acls:
  User:billing: { consumes: [orders] }
\`\`\`
Good:
\`\`\`yaml
acls:
  User:billing: { consumes: [orders], groups: [billing] }
\`\`\`
`,
  *check(context) {
    const acls = context.ofKind('acl').map((resource) => ({ resource, acl: aclOf(resource) }));
    const readers = acls.filter(({ acl }) => acl.permission === 'allow' && READS.has(acl.operation));
    const members = new Set(
      readers.filter(({ acl }) => acl['resource-type'] === 'group').map(({ acl }) => acl.principal),
    );
    const told = new Set<string>();
    for (const { resource, acl } of readers) {
      const { principal } = acl;
      if (acl['resource-type'] !== 'topic' || members.has(principal) || members.has('User:*')) continue;
      if (told.has(principal)) continue;
      told.add(principal);
      yield {
        resource,
        message: `${principal} can read topics but cannot join a consumer group`,
        hint: 'add groups: [name]',
      };
    }
  },
};
