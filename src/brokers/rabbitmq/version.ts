import type { BrokerIdentity } from '../../model/index.ts';

/** The newest release whose behaviour is known here. */
export const NEWEST = '4.3';

/**
 * True when the broker is of this release or a later one: `atLeast(broker, 3, 11)`. A version that leaves parts out,
 * as `target-version: 4.3` does, means the newest of that series.
 */
export function atLeast(
  broker: Pick<BrokerIdentity, 'version'>,
  major: number,
  minor: number,
  patch = 0,
): boolean {
  const found = broker.version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [i, wanted] of [major, minor, patch].entries()) {
    const number = found[i];
    if (number === undefined) return true;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
