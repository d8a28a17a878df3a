import { type BrokerIdentity, compareReleases } from '../../model/index.ts';

/** `4.3`, or `4.3.5`. */
export type Release = `${number}.${number}`;

/** The newest release whose behaviour is known here. */
export const NEWEST: Release = '4.3';

type Versioned = Pick<BrokerIdentity, 'version'>;

/**
 * True when the broker is of this release or a later one. A version that leaves parts out, as `target-version: 4.3`
 * does, means the newest of that series.
 */
export function atLeast(broker: Versioned, release: Release): boolean {
  return compareReleases(broker.version, release) >= 0;
}

/** Releases: all where neither end is given. */
export interface Releases {
  readonly from?: Release;
  readonly before?: Release;
}

export function includes({ from, before }: Releases, broker: Versioned): boolean {
  return (from === undefined || atLeast(broker, from)) && (before === undefined || !atLeast(broker, before));
}
