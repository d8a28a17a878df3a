import type { Rule } from '../../../model/index.ts';
import { isMatchableHost, writtenByJava } from '../acl-hosts.ts';
import { aclOf } from '../kinds/acl.ts';

export const aclHostNeverMatches: Rule = {
  code: 'kafka/acl-host-never-matches',
  severity: 'warning',
  summary: 'A host of an ACL that no client has',
  explain: `
Kafka compares the host with a client's address letter by letter. It knows no ranges (\`10.0.0.0/8\`) and no host names,
and writes an IPv6 address in full: \`2001:db8:0:0:0:0:0:1\`, not \`2001:db8::1\`. Any other host matches no client: a
permission permits nothing, and a denial denies nothing. Brokers take such an ACL without a word. An authorizer of another
vendor may know ranges: turn the rule off there.

Bad:
\`\`\`yaml
acls:
  User:old: { deny: [{ topic: orders, operations: [all], hosts: [10.0.0.0/8] }] }
\`\`\`
Good:
\`\`\`yaml
acls:
  User:old: { deny: [{ topic: orders, operations: [all], hosts: [10.0.0.7, "2001:db8:0:0:0:0:0:1"] }] }
\`\`\`
`,
  *check(context) {
    for (const resource of context.ofKind('acl')) {
      const { host, permission } = aclOf(resource);
      if (isMatchableHost(host)) continue;
      const address = writtenByJava(host);
      const effect =
        permission === 'deny' ? 'so this denial protects nothing' : 'so this ACL permits nothing';
      yield {
        resource,
        message: `no client has the host ${JSON.stringify(host)}, ${effect}`,
        hint: address === undefined ? 'write IP addresses one by one, or "*"' : `write ${address}`,
      };
    }
  },
};
