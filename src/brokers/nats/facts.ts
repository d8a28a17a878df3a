import { type BrokerIdentity, compareVersions, type ExactInt } from '../../model/index.ts';

/** A count as the server sent it. */
export type Count = number | ExactInt;

/** What a session puts into `BrokerIdentity.facts`. Unknown facts are absent. */
export type NatsFacts = {
  /** `api.level` of `$JS.API.INFO`; 0 for servers before 2.11, which have none. */
  readonly apiLevel?: number;
  /** Servers with JetStream in the cluster: 1 for a standalone server. */
  readonly servers?: number;
  /** Limits and usage of the account, from `$JS.API.INFO`. Negative means no limit. */
  readonly limits?: AccountLimits;
  /** By tier, `R1` and `R3`, if the account has tiers; `limits` is unused then. */
  readonly tiers?: Readonly<Record<string, AccountLimits>>;
  readonly serverLimits?: ServerLimits;
};

/** Fields that a server can limit for all accounts. It fills an absent field with its limit. */
export type Limited = 'duplicate_window' | 'max_ack_pending' | 'max_batch';

/** The limits that a session requested: 0 for none, null if the server does not reveal it. */
export type ServerLimits = { readonly [field in Limited]?: number | null };

/** Under the names of the API: `max_storage` and `max_memory` are bytes; `streams` and the like are current usage. */
export type AccountLimits = {
  readonly max_memory?: Count;
  readonly max_storage?: Count;
  readonly max_streams?: number;
  /** Consumers of one stream. */
  readonly max_consumers?: number;
  readonly max_ack_pending?: number;
  readonly memory_max_stream_bytes?: Count;
  readonly storage_max_stream_bytes?: Count;
  /** Every stream must set `max_bytes`. */
  readonly max_bytes_required?: boolean;
  readonly reserved_memory?: Count;
  readonly reserved_storage?: Count;
  readonly streams?: number;
  readonly consumers?: number;
};

/** A release line that introduced a field or a value. Fields of every supported line (2.9 and later) have none. */
export type Release = '2.10' | '2.11' | '2.12' | '2.14' | '2.15';

/** The newest version that the field tables were checked against; offline work assumes it. */
export const NEWEST = '2.15.1';

/** The first release of each JetStream API level, from 0: `JSApiLevel` in server/jetstream_versioning.go of each line. */
export const LEVELS = ['2.10.0', '2.11.0', '2.12.0', '2.12.5', '2.14.0', '2.15.0'];

/**
 * True if the server supports what this release introduced. The version is that of the connected server, the API
 * level that of its whole cluster, so both must suffice.
 */
export function supports(
  broker: Pick<BrokerIdentity, 'version' | 'facts'>,
  release: Release | undefined,
): boolean {
  if (release === undefined) return true;
  const { apiLevel } = broker.facts as NatsFacts;
  if (apiLevel !== undefined && apiLevel < LEVELS.indexOf(`${release}.0`)) return false;
  return atLeast(broker, release);
}

/** A cluster once all of its servers have this version: the API level follows from it. */
export function inRelease(broker: BrokerIdentity, version: string): BrokerIdentity {
  const { apiLevel: _, ...facts } = broker.facts as NatsFacts;
  return { ...broker, version, facts };
}

/** True for this version and later ones. `2.12.0-preview.1` counts as 2.12.0. */
export function atLeast(broker: Pick<BrokerIdentity, 'version'>, version: string): boolean {
  return compareVersions(broker.version, version) >= 0;
}

/** `2.12.1 (API level 2)`. */
export function serverText({ version, facts }: BrokerIdentity): string {
  const { apiLevel } = facts as NatsFacts;
  return apiLevel === undefined || apiLevel === 0 ? version : `${version} (API level ${apiLevel})`;
}

/** What differs between the servers in where messages go. */
export interface ServerRules {
  /** Streams, mirrors and sources have transforms. */
  readonly transforms: boolean;
  /** Copies lose their Nats-Expected headers. Others lose a message whose headers do not fit them, or stop at it. */
  readonly expectations: { readonly mirror: boolean; readonly source: boolean };
  /** The header that sources add is refused from publishers. */
  readonly sourceHeader: boolean;
  /** Streams with interest retention lose messages for some combinations of filters. */
  readonly overlooksInterest: boolean;
}

export function rulesOf(broker: Pick<BrokerIdentity, 'version' | 'facts'>): ServerRules {
  return {
    transforms: supports(broker, '2.10'),
    expectations: { mirror: atLeast(broker, '2.11.5'), source: atLeast(broker, '2.10.14') },
    sourceHeader: supports(broker, '2.15'),
    overlooksInterest:
      atLeast(broker, '2.10.16') &&
      !(atLeast(broker, '2.12') ? atLeast(broker, '2.12.4') : atLeast(broker, '2.11.12')),
  };
}
