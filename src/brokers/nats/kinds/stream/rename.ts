import {
  type Change,
  type Context,
  countOf,
  disruptive,
  type JsonObject,
  kindOf,
  oncePer,
  type Resource,
  type Risk,
  refused,
  renamedFrom,
  safe,
  subject,
} from '../../../../model/index.ts';
import type { Fields } from '../../fields/field.ts';
import { streamFields } from '../../fields/stream.ts';
import { consumersOf, streamAddress, streamNameOf } from '../addresses.ts';
import { differenceRisks } from '../kind.ts';
import { holdStreamOf, messagesIn } from './move.ts';
import { becomesOf, type MoveCall, RENAME_PHASES, renamedCopyOf } from './move-calls.ts';
import { lossRisks, whyNotNew, whyNotOld, whyNotRenamedThere, whyTooOld } from './move-refusals.ts';
import { BY_HAND, subjectRisks } from './risks.ts';

/*
 * A renamed stream begins as a mirror of the old one, and takes its subjects once it has every message. How far it is
 * stands on the servers: the old stream is deleted last.
 */

/** A key of a declared stream that is no field of the live one. */
export const renameField: Fields = {
  was: {
    type: 'text',
    default: null,
    doc: 'The name before it was renamed. What the old stream holds moves to the new one, with its consumers.',
  },
};

/** Whether this stream is not a new one, but an old one under a new name. */
export function isRename(change: Change, context: Context): boolean {
  return change.action === 'delete'
    ? change.movesTo !== undefined
    : change.moves === true && renamedFrom(change.after, context) !== undefined;
}

/** A rename is under way if one of the two streams tells of it. */
export function isBeingRenamed(stream: Resource, context: Context): boolean {
  const old = renamedFrom(stream, context);
  if (!old) return false;
  const [name, was] = [stream, old].map(({ address }) => streamNameOf(address));
  const live = context.live.get(stream.address);
  return becomesOf(old.spec) === name || (live !== undefined && renamedCopyOf(live.spec) === was);
}

/**
 * The calls of the new stream, up to its promotion, or that of the old one, its deletion.
 * @param config of the new stream
 */
export function renameCalls(change: Change, context: Context, config: JsonObject): MoveCall[] {
  const { address: target } = subject(change);
  if (change.action === 'delete') {
    const body = { name: streamNameOf(change.movesTo ?? ''), was: streamNameOf(target) };
    return [{ op: 'rename.clean', target, body }];
  }
  const old = renamedFrom(change.after, context);
  const body = { name: streamNameOf(target), was: streamNameOf(old?.address ?? ''), config };
  return RENAME_PHASES.flatMap((op) => (op === 'rename.clean' ? [] : [{ op, target, body }]));
}

/** Why the messages of a stream cannot get to its new name; undefined if they can. */
function whyNotRenamed(old: Resource, change: Change, context: Context): string | undefined {
  const { broker } = context;
  const after = subject(change);
  const name = streamNameOf(after.address);
  const tooOld = whyTooOld(broker);
  if (tooOld !== undefined) return tooOld;
  if (holdStreamOf(old, context)) {
    return 'a move of its messages was interrupted; apply the previous topology first';
  }
  const reason = whyNotNew(after);
  if (reason !== undefined) return reason;
  if (becomesOf(old.spec) === name) return undefined;
  return whyNotOld(old) ?? whyNotRenamedThere(old, after, context);
}

/** What a rename costs messages and clients, or its progress. */
export function renameRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') {
    const to = streamNameOf(change.movesTo ?? '');
    const renamed = context.desired.get(change.movesTo ?? '');
    if (renamed && context.live.has(renamed.address) && !isBeingRenamed(renamed, context)) {
      return [
        refused(
          'not-movable',
          `stream ${to} exists, and a rename cannot join two streams`,
          'delete the one that is empty, or remove "was"',
        ),
      ];
    }
    return [disruptive('stream-renamed', `deleted once stream ${to} has its messages and consumers`)];
  }
  const { after } = change;
  const old = renamedFrom(after, context);
  if (!old) return [];
  const was = streamNameOf(old.address);
  const reason = whyNotRenamed(old, change, context);
  if (reason !== undefined) {
    return [refused('not-movable', `stream ${was} cannot be renamed: ${reason}`, BY_HAND)];
  }
  if (change.action === 'replace' && becomesOf(old.spec) === undefined) {
    const fixed = change.fields.filter(({ immutable }) => immutable !== undefined);
    return [
      refused(
        'move-under-way',
        `its rename was begun with another ${fixed.map(({ path }) => path.join('.')).join(', ')}`,
        `delete stream ${streamNameOf(after.address)} by hand, then apply again: ${was} still has every message`,
      ),
    ];
  }
  if (isBeingRenamed(after, context)) {
    const live = context.live.get(after.address);
    const place = `phase ${phaseNumber(old, live)} of ${RENAME_PHASES.length}`;
    const held = live ? `: ${messagesIn(live)} in ${streamNameOf(after.address)}` : '';
    return [disruptive('move-under-way', `continues the rename of stream ${was}, ${place}${held}`)];
  }
  const consumers = consumersOf(old.address, context);
  const along = consumers.length > 0 ? `, and ${countOf(BigInt(consumers.length), 'consumer')}` : '';
  return [
    disruptive(
      'stream-renamed',
      `gets ${messagesIn(old)} of stream ${was}, with their sequences${along}; clients that use its name must change it`,
    ),
    ...lossRisks(old, after, context, 'the moment'),
    ...(kindOf(old.address) === 'stream' ? subjectRisks(old.spec, after.spec) : []),
    ...differenceRisks(streamFields, old, after),
    safe('move-keeps', KEEPS),
  ];
}

const KEEPS =
  'publishers get "no responders" once, for some ms; what a consumer acknowledged out of order comes again, and delivery counts start again';

/** The first phase that is not known to be done; counting from 1. */
function phaseNumber(old: Resource, live: Resource | undefined): number {
  if (!live) return 1;
  const isCopy = renamedCopyOf(live.spec) === streamNameOf(old.address);
  if (!isCopy) return RENAME_PHASES.indexOf('rename.clean') + 1;
  const isDiverted = becomesOf(old.spec) !== undefined;
  return RENAME_PHASES.indexOf(isDiverted ? 'rename.divert' : 'rename.copy') + 1;
}

/** Neither stream of an interrupted rename can be changed under its old name, or deleted. */
export function renameUnderWay(change: Change, { broker, live }: Context): Risk[] {
  const { address } = subject(change);
  const name = streamNameOf(address);
  const own = live.get(address);
  const becomes = own && becomesOf(own.spec);
  if (becomes !== undefined) {
    const isAlone = !live.has(streamAddress(broker.name, becomes));
    if (isAlone && change.action !== 'delete') return [];
    return [underWay(`its messages are being moved to stream ${becomes}`, becomes, name)];
  }
  if (change.action !== 'delete') return [];
  const was = oldNamesIn(live).get(name);
  if (was === undefined) return [];
  return [underWay(`it gets the consumers of stream ${was}, whose rename was interrupted`, name, was)];
}

/** Old names of live streams that gave their messages away, by the new ones. Cached: every deletion asks. */
const oldNamesIn = oncePer(
  (live: Context['live']): ReadonlyMap<string, string> =>
    new Map(
      [...live.values()].flatMap(({ address, spec }): [string, string][] => {
        const becomes = becomesOf(spec);
        return becomes === undefined ? [] : [[becomes, streamNameOf(address)]];
      }),
    ),
);

function underWay(message: string, name: string, was: string): Risk {
  const hint = `declare stream ${name} with "was: ${was}" until the rename is done`;
  return refused('move-under-way', message, hint);
}
