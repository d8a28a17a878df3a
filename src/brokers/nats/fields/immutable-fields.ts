import { equalJson, type FieldChange, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../version.ts';

type Versioned = { readonly version: string };
type Sides = { readonly before: JsonObject; readonly after: JsonObject };

/**
 * Why a stream's field cannot change in place on this server: `configUpdateCheck` in server/stream.go of each line.
 * Undefined where it can.
 */
export function fixedOfStream(
  field: string,
  { before, after }: Sides,
  broker: Versioned,
): string | undefined {
  const wasOn = before[field] === true;
  switch (field) {
    case 'storage':
      return 'the storage of a stream never changes';
    case 'retention':
      return fixedRetention(before.retention, after.retention, broker);
    case 'max_consumers':
      return atLeast(broker, '2.12.5') ? undefined : 'servers before 2.12.5 cannot change it';
    case 'deny_delete':
    case 'deny_purge':
    case 'sealed':
      return wasOn ? 'once on, it can never be turned off' : undefined;
    case 'republish':
      return atLeast(broker, '2.10') ? undefined : 'servers before 2.10 cannot change it';
    case 'mirror':
      return fixedMirror(before.mirror, after.mirror, broker);
    case 'allow_msg_ttl':
      if (wasOn) return 'once on, it can never be turned off';
      return atLeast(broker, '2.12') ? undefined : 'servers before 2.12 can only turn it on at creation';
    case 'allow_msg_schedules':
      return wasOn ? 'once on, it can never be turned off' : undefined;
    case 'allow_msg_counter':
    case 'persist_mode':
      return 'it can only be set at creation';
    case 'first_seq':
      return 'it is only read at creation';
    default:
      return undefined;
  }
}

function fixedRetention(
  before: Json | undefined,
  after: Json | undefined,
  broker: Versioned,
): string | undefined {
  if (!atLeast(broker, '2.10')) return 'servers before 2.10 cannot change it';
  return before === 'workqueue' || after === 'workqueue'
    ? 'it cannot change to or from workqueue'
    : undefined;
}

function fixedMirror(
  before: Json | undefined,
  after: Json | undefined,
  broker: Versioned,
): string | undefined {
  if (!isObject(before)) return 'a stream cannot become a mirror later';
  if (isObject(after)) return equalJson(before, after) ? undefined : 'what a mirror copies cannot change';
  return atLeast(broker, '2.12') ? undefined : 'servers before 2.12 cannot make a mirror an ordinary stream';
}

const CONSUMER_FIXED: Readonly<Record<string, string>> = {
  deliver_policy: 'where a consumer begins never changes',
  opt_start_seq: 'where a consumer begins never changes',
  opt_start_time: 'where a consumer begins never changes',
  ack_policy: 'the acknowledgement policy never changes',
  replay_policy: 'the replay policy never changes',
  idle_heartbeat: 'the heartbeat never changes',
  flow_control: 'flow control never changes',
  max_waiting: 'it never changes',
  // Servers before 2.14.4 take the new value and go on with the old storage.
  mem_storage: 'where the state is kept never changes',
};

/** Why a consumer's field cannot change in place: `checkNewConsumerConfig` in server/consumer.go. */
export function fixedOfConsumer(field: string, { before, after }: Sides): string | undefined {
  if (field === 'deliver_subject') {
    if (before.deliver_subject === null) return 'a pull consumer cannot become a push consumer';
    return after.deliver_subject === null ? 'a push consumer cannot become a pull consumer' : undefined;
  }
  return CONSUMER_FIXED[field];
}

/** The value before and after of the field that a change is in. */
export function sidesOf(change: { before: { spec: JsonObject }; after: { spec: JsonObject } }): Sides {
  return { before: change.before.spec, after: change.after.spec };
}

/** The top-level fields that a list of changes touches. */
export function changedFields(fields: readonly FieldChange[]): Set<string> {
  return new Set(fields.flatMap(({ path }) => path.slice(0, 1)));
}
