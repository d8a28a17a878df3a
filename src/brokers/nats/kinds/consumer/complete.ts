import type { Context, Json, JsonObject, Resource } from '../../../../model/index.ts';
import { type NatsFacts, supports } from '../../facts.ts';
import { ACK_WAIT, consumerFields, MAX_ACK_PENDING, MAX_WAITING } from '../../fields/consumer.ts';
import { MINUTE, SECOND } from '../../fields/field.ts';
import { normalize, withLive } from '../../fields/normalize.ts';
import { isUnset, listIn } from '../../fields/values.ts';
import { limitsOfConsumers, streamOf } from '../addresses.ts';
import { limitedDefault, setDefault } from '../server-limits.ts';
import { withoutStart } from './rename.ts';

/** The server ignores the sign, and takes 0 as no sampling. */
function percentage(text: string): string | null {
  const digits = text.replace(/%$/, '');
  return /^0+$/.test(digits) ? null : digits;
}

/**
 * The configuration of a consumer as the server would echo it, with defaults and values derived from other fields, the
 * stream and the account: `setConsumerConfigDefaults` in server/consumer.go.
 */
export function completeConsumer(resource: Resource, context: Context): JsonObject {
  const { broker } = context;
  const declared = withLive(consumerFields, resource, context);
  const spec = normalize(consumerFields, declared, broker);
  if (typeof declared.filter_subject === 'string') joinFilters(spec, declared.filter_subject);
  if (typeof spec.sample_freq === 'string') spec.sample_freq = percentage(spec.sample_freq);
  completeAcknowledgement(spec, declared);
  completeDelivery(spec, declared);
  if (isUnset(declared.max_batch) && spec.deliver_subject === null) {
    setDefault(spec, 'max_batch', limitedDefault('max_batch', 0, resource, context));
  }
  const limits = consumerLimits(resource, context);
  if (isUnset(declared.inactive_threshold)) spec.inactive_threshold = limits.inactive_threshold ?? 0;
  if (isUnset(declared.max_ack_pending)) {
    setDefault(spec, 'max_ack_pending', maxAckPending(spec, limits, resource, context));
  }
  if (spec.priority_policy === 'pinned_client' && supports(broker, '2.11')) {
    if (isUnset(declared.priority_timeout)) spec.priority_timeout = 2 * MINUTE;
  }
  return withoutStart(spec, resource, context);
}

/** One or several filters, as one list. */
function joinFilters(spec: Record<string, Json>, filter: string): void {
  const several = listIn(spec.filter_subjects);
  if (filter !== '') {
    spec.filter_subjects = several.length === 0 ? [filter] : [...new Set([...several, filter])].sort();
  }
  spec.filter_subject = null;
}

function completeAcknowledgement(spec: Record<string, Json>, declared: JsonObject): void {
  const isAwaited = spec.ack_policy === 'explicit' || spec.ack_policy === 'all';
  if (isAwaited && spec.ack_wait !== null && isUnset(spec.ack_wait)) spec.ack_wait = ACK_WAIT;
  if (!isAwaited && isUnset(declared.ack_wait)) spec.ack_wait = 0;
  const [first] = listIn(spec.backoff);
  if (first !== undefined) spec.ack_wait = first;
}

function completeDelivery(spec: Record<string, Json>, declared: JsonObject): void {
  const isPull = spec.deliver_subject === null;
  if (isUnset(declared.max_waiting)) spec.max_waiting = isPull ? MAX_WAITING : 0;
  if (spec.ack_policy === 'flow_control') {
    spec.flow_control = true;
    spec.idle_heartbeat = SECOND;
  }
}

function consumerLimits(resource: Resource, { desired, live }: Context): JsonObject {
  const isLive = live.get(resource.address) === resource;
  return limitsOfConsumers(streamOf(resource, { desired: isLive ? live : desired, live }));
}

/** The limit of the stream, or else the default, unless the account or the server has a lower limit. */
function maxAckPending(
  spec: JsonObject,
  limits: JsonObject,
  resource: Resource,
  context: Context,
): Json | undefined {
  if (!isUnset(limits.max_ack_pending)) return limits.max_ack_pending ?? 0;
  if (spec.ack_policy === 'none') return 0;
  const most = (context.broker.facts as NatsFacts).limits?.max_ack_pending ?? 0;
  const standard = most > 0 ? Math.min(most, MAX_ACK_PENDING) : MAX_ACK_PENDING;
  return limitedDefault('max_ack_pending', standard, resource, context);
}
