import {
  type Address,
  type BrokerIdentity,
  type Context,
  destructive,
  disruptive,
  isObject,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
  type Risk,
} from '../../../../model/index.ts';
import { atLeast, type NatsFacts, serverText, supports } from '../../facts.ts';
import { numberIn, objectsIn, stringsIn } from '../../fields/values.ts';
import {
  consumersOf,
  keySubjects,
  LIMITED_BY_STREAM,
  limitsOfConsumers,
  originsOf,
  streamNameOf,
} from '../addresses.ts';
import { loweredLimitRisks } from './risks.ts';

/*
 * Why a stream cannot be moved to a new one, of the same or of another name.
 */

export function whyTooOld(broker: BrokerIdentity): string | undefined {
  if (supports(broker, '2.12')) return undefined;
  return `it needs NATS 2.12, and this server is ${serverText(broker)}: earlier ones cannot make a mirror an ordinary stream`;
}

/** What the new stream cannot be, because it begins as a mirror. */
export function whyNotNew({ spec }: Resource): string | undefined {
  if (isObject(spec.mirror)) {
    return 'a stream cannot become a mirror later; the new one copies what its origin has';
  }
  if (spec.allow_msg_counter === true) return 'a mirror cannot count, and counting cannot be turned on later';
  return whyNotKept(spec);
}

/** What the old stream does not permit. */
export function whyNotOld({ spec }: Resource): string | undefined {
  if (spec.allow_msg_counter === true)
    return 'a server seals no counter stream, so its counters could change meanwhile';
  return whyNotKept(spec);
}

/** What a stream does by itself, which would not happen while its messages are held. */
function whyNotKept(spec: Resource['spec']): string | undefined {
  if (spec.retention !== undefined && spec.retention !== 'limits') {
    return `with retention "${String(spec.retention)}" consumers remove messages while they are copied, and would get them again`;
  }
  if (spec.allow_msg_schedules === true)
    return 'messages would not be published at the time of their schedule';
  if (numberIn(spec.subject_delete_marker_ttl) > 0n) {
    return 'it leaves delete markers when messages expire, and would not while they are copied';
  }
  return undefined;
}

/** What the account does not permit. */
function whyNoRoom({ broker }: Context): string | undefined {
  const { limits } = broker.facts as NatsFacts;
  if (limits?.max_bytes_required) {
    return 'the account requires max_bytes, and the stream that holds the messages must have no limit';
  }
  const most = limits?.max_streams ?? -1;
  if (most > 0 && (limits?.streams ?? 0) >= most) {
    return `the account permits ${most} streams, and the move needs one more`;
  }
  return undefined;
}

/** What the account or other streams do not permit. */
export function whyNotCopied(before: Resource, after: Resource, context: Context): string | undefined {
  const { broker, live } = context;
  const name = streamNameOf(before.address);
  const full = whyNoRoom(context);
  if (full !== undefined) return full;
  for (const { address, spec } of live.values()) {
    if (address === before.address) continue;
    const reason = whyNotFor(streamNameOf(address), spec, name, broker);
    if (reason !== undefined) return reason;
  }
  return whyConsumersCannot(after.address, after, context);
}

/** Why another stream, which copies from this one, could not continue. Mirrors can. */
function whyNotFor(
  copier: string,
  { mirror, sources }: Resource['spec'],
  name: string,
  broker: Context['broker'],
): string | undefined {
  const isIts = (origin: JsonObject) => origin.name === name && !isObject(origin.external);
  const own = objectsIn(sources).filter(isIts);
  // Since 2.15 servers tell a stream that was created anew from its predecessor.
  if (own.length > 0 && atLeast(broker, '2.15')) {
    return `stream ${copier} has it among its sources, and would copy all its messages again`;
  }
  const isThroughConsumer = [...own, ...objectsIn(mirror).filter(isIts)].some(({ consumer }) =>
    isObject(consumer),
  );
  return isThroughConsumer ? `stream ${copier} copies it through a consumer of its own` : undefined;
}

/** What the account, other streams or the consumers of a renamed stream do not permit. */
export function whyNotRenamedThere(before: Resource, after: Resource, context: Context): string | undefined {
  const [name, newName] = [before, after].map(({ address }) => streamNameOf(address));
  const copier = [...context.live.values()].find(
    ({ address, spec }) =>
      kindOf(address) !== 'consumer' &&
      streamNameOf(address) !== newName &&
      originsOf(spec).includes(name ?? ''),
  );
  if (copier) {
    return `stream ${streamNameOf(copier.address)} copies it by its name, and would get nothing more`;
  }
  return whyNoBucket(before) ?? whyNoRoom(context) ?? whyConsumersCannot(before.address, after, context);
}

/** The keys of a bucket get other subjects while they are copied. */
function whyNoBucket({ address, spec }: Resource): string | undefined {
  if (kindOf(address) !== 'key-value') return undefined;
  const own = keySubjects(parseAddress(address).path[0] ?? '');
  if (stringsIn(spec.subjects).some((subject) => subject !== own))
    return `its stream has other subjects than ${own}`;
  return objectsIn(spec.sources).length > 0
    ? 'it copies keys from other buckets, and would copy all of them again under their new subjects'
    : undefined;
}

/** Its consumers are created anew, under the limits of the new stream. */
function whyConsumersCannot(address: Address, stream: Resource, context: Context): string | undefined {
  const consumers = consumersOf(address, context);
  const most = numberIn(stream.spec.max_consumers);
  if (most > 0n && BigInt(consumers.length) > most) {
    return `it has ${consumers.length} consumers, and the new stream permits ${most}`;
  }
  const limits = limitsOfConsumers(stream);
  for (const field of LIMITED_BY_STREAM) {
    const limit = numberIn(limits[field]);
    const over = consumers.find((consumer) => limit > 0n && numberIn(consumer.spec[field]) > limit);
    if (over) return `consumer_limits.${field} is below what ${over.address} has`;
  }
  return undefined;
}

/**
 * What a move does not keep.
 * @param gaps the moments without subjects
 */
export function lossRisks(
  before: Resource,
  after: Resource,
  { broker }: Context,
  gaps = 'the two moments',
): Risk[] {
  const ephemeral = stringsIn(before.metrics?.ephemeral);
  const isSilent = before.spec.no_ack === true || after.spec.no_ack === true;
  return [
    ...loweredLimitRisks(before, after),
    ...(isSilent
      ? [
          destructive(
            'gap-silent',
            `it sends no acknowledgements, so nobody notices the messages that are published in ${gaps} without subjects`,
          ),
        ]
      : []),
    ...(ephemeral.length === 0
      ? []
      : [
          disruptive(
            'ephemeral-lost',
            `ephemeral ${ephemeral.length === 1 ? 'consumer' : 'consumers'} ${ephemeral.join(', ')} of clients end; their applications must create them again`,
          ),
        ]),
    ...(supports(broker, '2.14')
      ? []
      : [
          disruptive(
            'window-lost',
            'this server forgets message IDs: a message that a publisher sends again because of the move is stored twice',
          ),
        ]),
  ];
}
