import { equalJson, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';

type Versioned = { readonly version: string };

/** The specs of a change. */
interface Sides {
  readonly before: { readonly spec: JsonObject };
  readonly after: { readonly spec: JsonObject };
}

const ONE_WAY = 'once on, it can never be turned off';

/**
 * Why a field of a stream cannot change in place on this server; undefined if it can. `configUpdateCheck` in
 * server/stream.go of each release line.
 */
export function streamImmutableReason(field: string, sides: Sides, broker: Versioned): string | undefined {
  const [before, after] = [sides.before.spec[field], sides.after.spec[field]];
  const wasOn = before === true;
  switch (field) {
    case 'storage':
      return 'the storage of a stream never changes';
    case 'retention':
      return retentionReason(before, after, broker);
    case 'max_consumers':
      return atLeast(broker, '2.12.5') ? undefined : 'servers before 2.12.5 cannot change it';
    case 'deny_delete':
    case 'deny_purge':
    case 'sealed':
    case 'allow_msg_schedules':
      return wasOn ? ONE_WAY : undefined;
    case 'republish':
      return atLeast(broker, '2.10') ? undefined : 'servers before 2.10 cannot change it';
    case 'mirror':
      return mirrorReason(before, after, broker);
    case 'allow_msg_ttl':
      if (wasOn) return ONE_WAY;
      return atLeast(broker, '2.12') ? undefined : 'servers before 2.12 can only turn it on at creation';
    case 'allow_msg_counter':
    case 'persist_mode':
      return 'it can only be set at creation';
    case 'first_seq':
      return 'it is only read at creation';
    default:
      return undefined;
  }
}

function retentionReason(
  before: Json | undefined,
  after: Json | undefined,
  broker: Versioned,
): string | undefined {
  if (!atLeast(broker, '2.10')) return 'servers before 2.10 cannot change it';
  return before === 'workqueue' || after === 'workqueue'
    ? 'it cannot change to or from workqueue'
    : undefined;
}

function mirrorReason(
  before: Json | undefined,
  after: Json | undefined,
  broker: Versioned,
): string | undefined {
  if (!isObject(before)) return 'a stream cannot become a mirror later';
  if (isObject(after)) return equalJson(before, after) ? undefined : 'what a mirror copies cannot change';
  return atLeast(broker, '2.12') ? undefined : 'servers before 2.12 cannot make a mirror an ordinary stream';
}

const CONSUMER_FIELDS: Readonly<Record<string, string>> = {
  deliver_policy: 'where a consumer begins never changes',
  opt_start_seq: 'where a consumer begins never changes',
  opt_start_time: 'where a consumer begins never changes',
  ack_policy: 'the acknowledgement policy never changes',
  replay_policy: 'the replay policy never changes',
  idle_heartbeat: 'the heartbeat never changes',
  flow_control: 'flow control never changes',
  max_waiting: 'it never changes',
  // Servers before 2.14.4 accept the new value and keep the old storage.
  mem_storage: 'where the state is kept never changes',
};

/** Why a field of a consumer cannot change in place: `checkNewConsumerConfig` in server/consumer.go. */
export function consumerImmutableReason(field: string, { before, after }: Sides): string | undefined {
  if (field !== 'deliver_subject') return CONSUMER_FIELDS[field];
  if (before.spec.deliver_subject === null) return 'a pull consumer cannot become a push consumer';
  return after.spec.deliver_subject === null ? 'a push consumer cannot become a pull consumer' : undefined;
}
