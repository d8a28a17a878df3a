import { isIPv4, isIPv6 } from 'node:net';

/**
 * An authorizer compares the host of an ACL with the address of a client as Java writes it, letter by letter
 * (`StandardAuthorizerData.findResult`, `InetAddress.getHostAddress`): an IPv6 address in eight groups without leading
 * zeros, an IPv4 address that came over IPv6 as IPv4. Ranges and names match no client.
 */
export function isMatchableHost(host: string): boolean {
  return host === '*' || writtenByJava(host) === host;
}

/** The same address as Java writes it; undefined for what is no address. */
export function writtenByJava(host: string): string | undefined {
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
