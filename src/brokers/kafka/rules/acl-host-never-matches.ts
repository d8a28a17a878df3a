import { isIPv4, isIPv6 } from 'node:net';
import type { Rule } from '../../../model/index.ts';
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

/**
 * An authorizer compares the host of an ACL with the address of a client as Java writes it, letter by letter
 * (`StandardAuthorizerData.findResult`, `InetAddress.getHostAddress`): an IPv6 address in eight groups without leading
 * zeros, an IPv4 address that came over IPv6 as IPv4. Ranges and names match no client.
 */
export function isMatchableHost(host: string): boolean {
  return host === '*' || writtenByJava(host) === host;
}

/** The same address as Java writes it; undefined for what is no address. */
function writtenByJava(host: string): string | undefined {
  if (isIPv4(host)) return host;
  // A zone belongs to one machine only, and is kept as it is.
  const [address = '', zone] = host.split('%', 2);
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return groups.map((group) => group.toString(16)).join(':') + (zone === undefined ? '' : `%${zone}`);
}

function groupsOf(address: string): number[] {
  const [head = [], tail] = address.split('::', 2).map(partsOf);
  if (tail === undefined) return [...head];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** `a:b` as two groups, and `1.2.3.4` at the end as two more. */
function partsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
