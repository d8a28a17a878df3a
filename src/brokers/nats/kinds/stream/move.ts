import {
  type Address,
  type Change,
  type Context,
  countOf,
  disruptive,
  type JsonObject,
  type Resource,
  type Risk,
  refused,
  safe,
  subject,
} from '../../../../model/index.ts';
import type { Fields } from '../../fields/field.ts';
import { consumersOf, streamAddress, streamNameOf } from '../addresses.ts';
import { metricOf } from '../metrics.ts';
import {
  becomesOf,
  heldStreamOf,
  holdNameOf,
  MOVE_PHASES,
  type MoveCall,
  type MovePhase,
  originalConfigIn,
  phaseOf,
  renamedCopyOf,
} from './move-calls.ts';
import { lossRisks, whyNotCopied, whyNotNew, whyNotOld, whyTooOld } from './move-refusals.ts';
import { BY_HAND } from './risks.ts';

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
export function moveCalls(change: Change, config: JsonObject): MoveCall[] {
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

/** The stream whose messages this one holds, or gave to or gets from another name; undefined for any other stream. */
export function leftByMoveOf({ spec }: Resource, { broker }: Context): Address | undefined {
  const moved = heldStreamOf(spec) ?? becomesOf(spec) ?? renamedCopyOf(spec);
  return moved === undefined ? undefined : streamAddress(broker.name, moved);
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
  const tooOld = whyTooOld(broker);
  if (tooOld !== undefined) return tooOld;
  if (desired.has(hold)) return `the topology declares ${hold}, whose name a move needs`;
  if (change.action === 'delete') return undefined;
  const reason = whyNotNew(change.after);
  // The old stream is no longer what it was.
  if (reason !== undefined || change.action === 'create' || isBeingMoved(stream, context)) return reason;
  return whyNotOld(change.before) ?? whyNotCopied(change.before, change.after, context);
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
  const consumers = consumersOf(before.address, context).length;
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

const KEEPS =
  'publishers get "no responders" twice, for some ms; what a consumer acknowledged out of order comes again, and delivery counts start again';

export function messagesIn(stream: Resource): string {
  const messages = metricOf(stream, 'messages');
  return messages === undefined ? 'its messages' : countOf(messages, 'message');
}
