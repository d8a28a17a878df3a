import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Why connections to this host may leave this machine; undefined if they never do. Of names only `localhost` is
 * accepted: any other one may lead elsewhere at the next look-up.
 */
export async function whyNotLoopback(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return isLoopback(host) ? undefined : 'it is not a loopback address';
  if (!/^localhost\.?$/i.test(host)) return 'of names, only localhost is accepted';
  const found = await lookup(host, { all: true }).catch(() => []);
  const elsewhere = found.find(({ address }) => !isLoopback(address));
  return elsewhere && `here it leads to ${elsewhere.address}`;
}
