import type { ExactInt } from '../../model/index.ts';

/*
 * Specs are the JetStream API's own configuration objects, under its own names and in its own units (nanoseconds,
 * bytes), without what the address says already: `name`, `durable_name`, a consumer's stream.
 *
 * A raw live spec is `config` exactly as the server lists it, read with `parseJson` so that large integers stay
 * exact. A raw declared spec lacks what was not written. `complete` of the kind makes both comparable: every field
 * that the server's version knows, each with its default; `null` where a field is not set.
 *
 * - `<broker>/stream/<name>`: a stream's configuration.
 * - `<broker>/key-value/<bucket>`, `<broker>/object-store/<name>`: the configuration of their stream, too.
 * - `<broker>/consumer/<stream>/<name>`: a durable consumer's configuration; one filter or several are both kept in
 *   `filter_subjects`. Consumers without a durable name are their client's own: sessions count them, no more.
 */
/** A count as the server gave it. */
export type Count = number | ExactInt;

/**
 * Live streams, buckets and stores, in `Resource.volatile`: from `state` of STREAM.INFO. A key that was not read is
 * absent, and counts as not empty.
 */
export type StreamVolatile = {
  readonly messages?: Count;
  readonly bytes?: Count;
  /** Times of the first and last message, RFC 3339; absent in an empty stream. */
  readonly firstTime?: string;
  readonly lastTime?: string;
  /** How old the first and the last message were when this was read, in seconds. */
  readonly firstAge?: number;
  readonly lastAge?: number;
  /** Consumers of every sort, ephemeral ones too. */
  readonly consumers?: number;
  /** Names of consumers that applications made without a durable name; the first ten. */
  readonly ephemeral?: readonly string[];
  /** Over all durable consumers: the sum of messages that they have yet to be given, and yet to acknowledge. */
  readonly pending?: Count;
  readonly unacknowledged?: Count;
};

/** Live consumers, in `Resource.volatile`: from CONSUMER.INFO. A key that was not read is absent. */
export type ConsumerVolatile = {
  /** `num_pending`: matching messages that it has yet to be given. */
  readonly pending?: Count;
  /** `num_ack_pending`: given, and not acknowledged. */
  readonly unacknowledged?: Count;
  /** `num_waiting`: pull requests that wait. */
  readonly waiting?: number;
  /** `push_bound`: a client listens to a push consumer. */
  readonly bound?: boolean;
};

/** What a session puts into `BrokerIdentity.facts`. Whatever is not known is absent. */
export type NatsFacts = {
  /** `api.level` of `$JS.API.INFO`; 0 where a server (before 2.11) does not tell one. */
  readonly apiLevel?: number;
  /** Servers with JetStream in the cluster: 1 for a standalone server. */
  readonly servers?: number;
  /** The account's limits and use, from `$JS.API.INFO`. Negative means no limit. */
  readonly limits?: AccountLimits;
  /** By tier, `R1` and `R3`, where the account has tiers; `limits` is not used then. */
  readonly tiers?: Readonly<Record<string, AccountLimits>>;
  readonly serverLimits?: ServerLimits;
};

/** Fields that a server can limit for all accounts, and then fills by its limit where they are left out. */
export type Limited = 'duplicate_window' | 'max_ack_pending' | 'max_batch';

/** The limits that a session asked for: 0 where there is none, null where the server does not tell. */
export type ServerLimits = { readonly [field in Limited]?: number | null };

/** Under the API's own names: `max_storage` and `max_memory` are bytes, `streams` and the like what is in use. */
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
