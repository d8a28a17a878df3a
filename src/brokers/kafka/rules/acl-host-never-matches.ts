import type { Rule } from '../../../model/index.ts';
import { isMatchableHost, writtenByJava } from '../fields/acl.ts';
import { aclOf } from '../kinds/acl/spec.ts';

export const aclHostNeverMatches: Rule = {
  code: 'kafka/acl-host-never-matches',
  severity: 'warning',
  summary: 'The host of an ACL matches no client',
  explain: `
Kafka compares the host with the client's address as text. It supports no ranges (\`10.0.0.0/8\`) and no host names, and
it writes IPv6 addresses in full: \`2001:db8:0:0:0:0:0:1\`, not \`2001:db8::1\`. Any other host matches no client: an
allow permits nothing, and a deny blocks nothing. Brokers accept such an ACL without an error. If a third-party
authorizer supports ranges, turn this rule off.

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
      const effect = permission === 'deny' ? 'this deny blocks nothing' : 'this ACL permits nothing';
      yield {
        resource,
        message: `host ${JSON.stringify(host)} matches no client: ${effect}`,
        hint: address === undefined ? 'list single IP addresses, or use "*"' : `use ${address}`,
      };
    }
  },
};
