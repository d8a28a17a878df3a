import type { Rule } from '../../../model/index.ts';
import { aclOf } from '../kinds/acl/index.ts';

const READS = new Set<string>(['read', 'all']);

export const consumerWithoutGroup: Rule = {
  code: 'kafka/consumer-without-group',
  severity: 'warning',
  summary: 'A consumer that may not join a group',
  explain: `
Reading a topic as a consumer group needs \`read\` on the group too. Without it the consumer is refused with
\`GROUP_AUTHORIZATION_FAILED\` when it joins, and commits nothing. Only clients that assign partitions by themselves and
keep no offsets in Kafka get by without.

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
        message: `${principal} may read topics, but join no consumer group`,
        hint: 'add its groups: groups: [name]',
      };
    }
  },
};
