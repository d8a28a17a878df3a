import type { BrokerIdentity } from '../../model/index.ts';
import type { NatsFacts } from './facts.ts';

/** A server line that brought a field or a value. What every supported line (2.9 and later) knows has none. */
export type Release = '2.10' | '2.11' | '2.12' | '2.14' | '2.15';

/** The newest line that the field tables were checked against; what offline work assumes. */
export const NEWEST = '2.15.1';

/** JetStream API levels: `JSApiLevel` in server/jetstream_versioning.go of each line. */
const API_LEVELS: Readonly<Partial<Record<Release, number>>> = {
  '2.11': 1,
  '2.12': 2,
  '2.14': 4,
  '2.15': 5,
};

type Versioned = Pick<BrokerIdentity, 'version' | 'facts'>;

/**
 * True when the server knows what this line brought. The version is that of the one server we are connected to; the
 * API level is the one its cluster agreed on, so both must reach.
 */
export function supports(broker: Versioned, release: Release | undefined): boolean {
  if (release === undefined) return true;
  const wanted = API_LEVELS[release];
  const { apiLevel } = broker.facts as NatsFacts;
  if (wanted !== undefined && apiLevel !== undefined && apiLevel < wanted) return false;
  return atLeast(broker, release);
}

/** True when the server is of this version or a later one. `2.12.0-preview.1` counts as 2.12.0. */
export function atLeast(broker: Pick<BrokerIdentity, 'version'>, version: string): boolean {
  const found = numbers(broker.version);
  for (const [i, wanted] of numbers(version).entries()) {
    const difference = (found[i] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return version.split('.', 3).map((part) => Number.parseInt(part, 10) || 0);
}
