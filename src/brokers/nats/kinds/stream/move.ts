import {
  type Address,
  type Change,
  type Context,
  countOf,
  destructive,
  disruptive,
  isObject,
  type JsonObject,
  type Resource,
  type Risk,
  refused,
  safe,
  subject,
} from '../../../../model/index.ts';
import { atLeast, type NatsFacts, serverText, supports } from '../../facts.ts';
import type { Fields } from '../../fields/field.ts';
import { numberIn, objectsIn, stringsIn } from '../../fields/values.ts';
import { streamAddress, streamNameOf } from '../addresses.ts';
import { metricOf } from '../metrics.ts';
import {
  heldStreamOf,
  holdNameOf,
  MOVE_PHASES,
  type MoveCall,
  type MovePhase,
  originalConfigIn,
  phaseOf,
} from './move-calls.ts';

/** A key of a declared stream that is no field of the live one. */
export const moveField: Fields = {
  move: {
    type: 'boolean',
    default: false,
    doc: 'A replacement moves the messages to the new stream instead of losing them, as with `--move`.',
  },
};

/** Why this live stream belongs to a move; undefined for any other. */
export function ownerOfHold({ spec }: Resource): string | undefined {
  const held = heldStreamOf(spec);
  return held === undefined
    ? undefined
    : `it holds the messages of stream ${held}, whose move was interrupted; plan that stream to continue`;
}

/** The calls of a move: its phases, in order. */
export function moveCalls(change: Change, config: MoveCall['body']['config']): MoveCall[] {
  const { address: target } = subject(change);
  const name = streamNameOf(target);
  const body = { name, hold: holdNameOf(name), config };
  return MOVE_PHASES.map((op) => ({ op, target, body }));
}

/** The live stream that holds the messages of this one; undefined if there is none. */
export function holdStreamOf({ address }: Resource, { broker, live }: Context): Resource | undefined {
  const name = streamNameOf(address);
  const hold = live.get(streamAddress(broker.name, holdNameOf(name)));
  return hold && heldStreamOf(hold.spec) === name ? hold : undefined;
}

/** The stream as it was before its move, while one is under way. */
export function originalOf(stream: Resource, context: Context): Resource | undefined {
  const hold = holdStreamOf(stream, context);
  const original = hold && originalConfigIn(hold.spec);
  return original && { ...stream, spec: original };
}

/** The stream whose messages this one holds; undefined for any other stream. */
export function leftByMoveOf({ spec }: Resource, { broker }: Context): Address | undefined {
  const held = heldStreamOf(spec);
  return held === undefined ? undefined : streamAddress(broker.name, held);
}

/** A move is under way as long as its hold stream exists. */
export function isBeingMoved(stream: Resource, context: Context): boolean {
  return holdStreamOf(stream, context) !== undefined;
}

function currentPhase(stream: Resource, context: Context): MovePhase | undefined {
  return phaseOf(streamNameOf(stream.address), {
    stream: context.live.get(stream.address)?.spec,
    hold: holdStreamOf(stream, context)?.spec,
  });
}

/** Why a replacement cannot keep the messages; undefined if it can. */
export function whyNotMoved(change: Change, context: Context): string | undefined {
  const { broker, desired } = context;
  const stream = subject(change);
  const hold = streamAddress(broker.name, holdNameOf(streamNameOf(stream.address)));
  if (!supports(broker, '2.12')) {
    return `it needs NATS 2.12, and this server is ${serverText(broker)}: earlier ones cannot make a mirror an ordinary stream`;
  }
  if (desired.has(hold)) return `the topology declares ${hold}, whose name a move needs`;
  if (change.action === 'delete') return undefined;
  const reason = whyNotNew(change.after);
  // The old stream is no longer what it was.
  if (reason !== undefined || change.action === 'create' || isBeingMoved(stream, context)) return reason;
  return whyNotOld(change.before) ?? whyNotCopied(change.before, change.after, context);
}

/** What the new stream cannot be, because it begins as a mirror. */
function whyNotNew({ spec }: Resource): string | undefined {
  if (isObject(spec.mirror)) {
    return 'a stream cannot become a mirror later; the new one copies what its origin has';
  }
  if (spec.allow_msg_counter === true) return 'a mirror cannot count, and counting cannot be turned on later';
  return whyNotKept(spec);
}

/** What the old stream does not permit. */
function whyNotOld({ spec }: Resource): string | undefined {
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

/** What the account or other streams do not permit. */
function whyNotCopied(before: Resource, after: Resource, context: Context): string | undefined {
  const { broker, live } = context;
  const name = streamNameOf(before.address);
  const { limits } = broker.facts as NatsFacts;
  if (limits?.max_bytes_required) {
    return 'the account requires max_bytes, and the stream that holds the messages must have no limit';
  }
  const most = limits?.max_streams ?? -1;
  if (most > 0 && (limits?.streams ?? 0) >= most) {
    return `the account permits ${most} streams, and the move needs one more`;
  }
  for (const { address, spec } of live.values()) {
    if (address === before.address) continue;
    const reason = whyNotFor(streamNameOf(address), spec, name, broker);
    if (reason !== undefined) return reason;
  }
  return whyConsumersCannot(after, context);
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

/** Its consumers are created anew, under the limits of the new stream. */
function whyConsumersCannot({ address, spec }: Resource, { live }: Context): string | undefined {
  const consumers = [...live.values()].filter(({ dependsOn }) => dependsOn[0] === address);
  const most = numberIn(spec.max_consumers);
  if (most > 0n && BigInt(consumers.length) > most) {
    return `it has ${consumers.length} consumers, and the new stream permits ${most}`;
  }
  const limits = isObject(spec.consumer_limits) ? spec.consumer_limits : {};
  for (const field of ['max_ack_pending', 'inactive_threshold']) {
    const limit = numberIn(limits[field]);
    const over = consumers.find((consumer) => limit > 0n && numberIn(consumer.spec[field]) > limit);
    if (over) return `consumer_limits.${field} is below what ${over.address} has`;
  }
  return undefined;
}

/** What a move costs messages and clients, or its progress. */
export function messageMoveRisks(change: Change, context: Context): Risk[] {
  const reason = whyNotMoved(change, context);
  if (reason !== undefined) return [refused('not-movable', `cannot be moved: ${reason}`, BY_HAND)];
  const stream = subject(change);
  const phase = currentPhase(stream, context);
  const hold = holdStreamOf(stream, context);
  if (phase && hold) {
    const place = `phase ${MOVE_PHASES.indexOf(phase) + 1} of ${MOVE_PHASES.length}`;
    const held = `${messagesIn(hold)} in ${streamNameOf(hold.address)}`;
    return [disruptive('move-under-way', `continues the move of its messages, ${place}: ${held}`)];
  }
  if (!('before' in change) || change.action === 'delete') return [];
  const { before } = change;
  const consumers = [...context.live.values()].filter(
    ({ dependsOn }) => dependsOn[0] === before.address,
  ).length;
  const waits =
    consumers > 0
      ? `; ${countOf(BigInt(consumers), 'consumer')} wait${consumers === 1 ? 's' : ''} meanwhile`
      : '';
  return [
    disruptive('stream-moved', `moves ${messagesIn(before)} to the new stream, with their sequences${waits}`),
    ...lossRisks(before, change.after, context),
    safe('move-keeps', KEEPS),
  ];
}

/** A stream that is deleted while its messages are moved would leave them in the hold stream. */
export function moveUnderWay(stream: Resource, context: Context): Risk[] {
  const hold = holdStreamOf(stream, context);
  if (!hold) return [];
  return [
    refused(
      'move-under-way',
      `its messages are being moved: ${messagesIn(hold)} in ${streamNameOf(hold.address)}`,
      'declare it until the move is done, then delete it',
    ),
  ];
}

/** What a move does not keep. */
function lossRisks(before: Resource, after: Resource, { broker }: Context): Risk[] {
  const ephemeral = stringsIn(before.metrics?.ephemeral);
  const isSilent = before.spec.no_ack === true || after.spec.no_ack === true;
  return [
    ...(isSilent
      ? [
          destructive(
            'gap-silent',
            'it sends no acknowledgements, so nobody notices the messages that are published in the two moments without subjects',
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

const KEEPS =
  'publishers get "no responders" twice, for some ms; what a consumer acknowledged out of order comes again, and delivery counts start again';
const BY_HAND = 'let a stream with another name source from it, move clients over, then retire it';

function messagesIn(stream: Resource): string {
  const messages = metricOf(stream, 'messages');
  return messages === undefined ? 'its messages' : countOf(messages, 'message');
}
