import type { BrokerIdentity } from '../../model/index.ts';

/** True when the broker is of this release or a later one: `atLeast(broker, 3, 11)`. */
export function atLeast(
  broker: Pick<BrokerIdentity, 'version'>,
  major: number,
  minor: number,
  patch = 0,
): boolean {
  const found = broker.version.split('.').map((part) => Number.parseInt(part, 10));
  const wanted = [major, minor, patch];
  for (const [i, number] of wanted.entries()) {
    const difference = (found[i] || 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
