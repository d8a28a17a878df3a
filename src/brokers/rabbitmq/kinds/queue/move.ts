import { createHash } from 'node:crypto';
import {
  type Address,
  type Change,
  type Context,
  countOf,
  disruptive,
  isMove,
  kindOf,
  makeAddress,
  type Resource,
  type Risk,
  refused,
  subject,
} from '../../../../model/index.ts';
import { MOVE_PHASES, type QueueMove, type RabbitCall, RENAME_PHASES } from '../../calls.ts';
import type { Fields } from '../../fields/field.ts';
import { boundFrom } from '../binding/neighbours.ts';
import { brokerOf, countsOf, tableOf, vhostAndName } from '../parts.ts';
import { leftByMoves } from '../system-owned.ts';

/** Keys of a declared queue that are no fields of the live one. */
export const moveFields = {
  move: {
    type: 'boolean',
    doc: 'Whether a replacement moves the messages to the new queue instead of losing them, as with `--move`.',
  },
  was: {
    type: 'string',
    doc: 'The name of this queue before it was renamed. Its messages and bindings move to the new queue.',
  },
} as const satisfies Fields;

/** Longest name of a queue, exchange or policy. Bytes. */
const LONGEST_NAME = 255;

const HOLD = '.brokerform-hold';
const PARK = '.brokerform-park';
const BACK = '.brokerform-back';

/** The resources that hold the state of a move, by names that tell the queue: they survive whoever made them. */
export interface MoveNames {
  /** Queue with the old contents, and the exchange that leads to it. */
  readonly hold: string;
  /** Queue with the messages that arrive during the move. */
  readonly park: string;
  /** Exchange that leads to the queue itself. */
  readonly back: string;
  /** Policy that keeps limits and expiry away from hold and park. */
  readonly policy: string;
}

export function moveNames(queue: string): MoveNames {
  return {
    hold: suffixed(queue, HOLD),
    park: suffixed(queue, PARK),
    back: suffixed(queue, BACK),
    policy: suffixed(queue, '.brokerform-move'),
  };
}

/** A name that would be too long ends with a digest of the whole. */
export function suffixed(queue: string, suffix: string): string {
  if (Buffer.byteLength(queue + suffix) <= LONGEST_NAME) return queue + suffix;
  const digest = `~${createHash('sha256').update(queue).digest('hex').slice(0, 16)}${suffix}`;
  const room = LONGEST_NAME - Buffer.byteLength(digest);
  // A character that is cut in the middle decodes to U+FFFD, which is longer than what is left of it.
  const start = Buffer.from(queue)
    .subarray(0, room)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return start + digest;
}

/**
 * The queue whose move made this queue or exchange; undefined for any other. A name that was shortened tells a declared
 * queue only.
 */
export function queueMovedWith(resource: Pick<Resource, 'address'>, context: Context): Address | undefined {
  return movedWith(resource, 'queue', [HOLD, PARK, BACK], context);
}

/** The resource of a kind whose move made this one, by the suffixes of the names that moves give. */
export function movedWith(
  resource: Pick<Resource, 'address'>,
  kind: string,
  suffixes: readonly string[],
  { desired }: Context,
): Address | undefined {
  const { vhost, name } = vhostAndName(resource);
  const suffix = suffixes.find((one) => name.endsWith(one));
  if (suffix === undefined) return undefined;
  const addressFor = (moved: string) => makeAddress(brokerOf(resource), kind, vhost, moved);
  const moved = name.slice(0, -suffix.length);
  if (!/~[0-9a-f]{16}$/.test(moved)) return addressFor(moved);
  const isIt = (one: Address) =>
    kindOf(one) === kind &&
    one === addressFor(vhostAndName({ address: one }).name) &&
    suffixed(vhostAndName({ address: one }).name, suffix) === name;
  return [...desired.keys()].find(isIt) ?? addressFor(moved);
}

/** The calls of a move: its phases, in order. */
export function moveCalls(target: Address, move: QueueMove): RabbitCall[] {
  return MOVE_PHASES.map((op) => ({ op, target, body: move }));
}

/** Whether the change gives the messages to a queue of another name, or removes what such a rename left. */
export function isRename(change: Change, context: Context): boolean {
  if (change.action === 'delete') return change.movesTo !== undefined;
  return change.action === 'update' && isMove(change) && moveQueues(change.after, context).length === 0;
}

/** The calls of a rename, or those that are left of one whose old queue is gone. */
export function renameCalls(change: Change, allowGap: boolean): RabbitCall[] {
  const isDone = change.action !== 'delete';
  const old = isDone ? change.after.was : change.before.address;
  const renamed = isDone ? change.after.address : change.movesTo;
  if (old === undefined || renamed === undefined) return [];
  const target = subject(change).address;
  const newName = vhostAndName({ address: renamed }).name;
  const body = { ...vhostAndName({ address: old }), newName, allowGap };
  const phases = isDone ? (['rename.clean'] as const) : RENAME_PHASES;
  return phases.map((op) => ({ op, target, body }));
}

/** The live queues of a move. */
export function moveQueues(queue: Pick<Resource, 'address'>, { live }: Context): Resource[] {
  if (leftByMoves(live).size === 0) return [];
  const { hold, park } = addressesOf(queue);
  return [hold, park].flatMap((address) => live.get(address) ?? []);
}

/** Addresses of the queues that a move of this one has. */
export function addressesOf(queue: Pick<Resource, 'address'>): { hold: Address; park: Address } {
  const { vhost, name } = vhostAndName(queue);
  const { hold, park } = moveNames(name);
  const address = (other: string) => makeAddress(brokerOf(queue), 'queue', vhost, other);
  return { hold: address(hold), park: address(park) };
}

/** A move is under way as long as one of its queues exists, or the exchange of a rename without the old queue. */
export function isBeingMoved(queue: Resource, context: Context): boolean {
  return moveQueues(queue, context).length > 0 || isBeingRenamed(queue, context);
}

function isBeingRenamed({ address, was }: Resource, context: Context): boolean {
  const { live } = context;
  if (was === undefined || live.has(was) || !live.has(address) || leftByMoves(live).size === 0) return false;
  const old = { address: was };
  // A move of the old queue was interrupted while it was deleted.
  if (moveQueues(old, context).length > 0) return false;
  const { vhost, name } = vhostAndName(old);
  return live.has(makeAddress(brokerOf(old), 'exchange', vhost, moveNames(name).back));
}

/** Why a replacement or a rename cannot keep the messages; undefined where it can. */
export function whyNotMoved(change: Change, context: Context): string | undefined {
  const { desired } = context;
  const { hold, park } = addressesOf(subject(change));
  const taken = change.action === 'delete' ? undefined : [hold, park].find((address) => desired.has(address));
  if (taken !== undefined) return `the topology declares ${taken}, whose name a move needs`;
  if (change.action === 'delete' && moveQueues(change.before, context).length > 0)
    return 'a move of its messages was interrupted; apply the previous topology first';
  const to = change.action === 'delete' ? renamed(change, desired) : change.after;
  if (to?.spec.type === 'stream') return 'messages cannot be moved to a stream';
  if (!('before' in change)) return undefined;
  const { spec } = change.before;
  if (spec.type === 'stream') return 'messages of a stream cannot be moved';
  if (spec.exclusive === true) return 'only its own connection can use an exclusive queue';
  if (spec['auto-delete'] === true)
    return 'an auto-delete queue is deleted with its last consumer, with the messages left in it';
  const isSingle = tableOf(spec.arguments)['x-single-active-consumer'] === true;
  const { consumers } = countsOf(change.before);
  if (isSingle && consumers !== 0) return 'its single active consumer keeps every other consumer waiting';
  return undefined;
}

function renamed(
  change: Extract<Change, { action: 'delete' }>,
  desired: Context['desired'],
): Resource | undefined {
  return change.movesTo === undefined ? undefined : desired.get(change.movesTo);
}

/** What a move costs messages and clients, or its progress. */
export function moveRisks(change: Change, context: Context): Risk[] {
  const reason = whyNotMoved(change, context);
  if (reason !== undefined) return [refused('not-movable', `cannot be moved: ${reason}`, MOVE_BY_HAND)];
  const queues = moveQueues(subject(change), context);
  if (change.action === 'update' && isRename(change, context))
    return [disruptive('move-under-way', `removes what the rename of ${wasName(change.after)} left`)];
  if (queues.length > 0 && change.action !== 'delete') {
    const contents = queues.map((queue) => `${messagesIn(queue)} in ${vhostAndName(queue).name}`);
    const phase = `phase ${phaseOf(change, queues)} of ${MOVE_PHASES.length}`;
    return [
      disruptive('move-under-way', `continues the move of its messages, ${phase}: ${contents.join(', ')}`),
    ];
  }
  if (!('before' in change)) return [];
  const { consumers } = countsOf(change.before);
  const cut = consumers ? `; ${countOf(consumers, 'consumer')} cut off` : '';
  return [
    disruptive(
      'queue-moved',
      `moves ${messagesIn(change.before)} to ${newNameOf(change)}${timeOf(change)}${cut}`,
    ),
    { class: 'safe', code: 'move-keeps', message: MOVE_KEEPS },
    ...amqp10Risks(change.before),
    ...(boundFrom(change.before.address, context.live).length === 0 ? [BY_NAME] : []),
  ];
}

function amqp10Risks(queue: Resource): Risk[] {
  const { amqp10 = 0 } = countsOf(queue);
  if (amqp10 === 0) return [];
  const clients = countOf(amqp10, 'AMQP 1.0 connection');
  return [disruptive('move-amqp-1.0', `the vhost has ${clients}: ${AMQP_1_0_LOSES}`)];
}

/** Seen on 4.3.6. */
const AMQP_1_0_LOSES =
  'messages of AMQP 1.0 lose their subject and what else AMQP 0-9-1 cannot express; one with a UUID among its application properties stops the move';

/** Messages a second through one queue, see `bench/moves.ts`; they pass twice, to the hold queue and back. */
const RATE = 10_000;
/** Seconds until new quorum queues outlive a crash, and the broker's counts show that they are empty. */
const SETTLING = 11;

/** How long a move takes; nothing where the messages could not be counted. */
function timeOf(change: Change): string {
  if (!('before' in change)) return '';
  const { ready, unacknowledged } = countsOf(change.before);
  if (ready === undefined || unacknowledged === undefined) return '';
  const passes = change.action === 'delete' ? 1 : 2;
  const seconds = Math.ceil(SETTLING + (passes * (ready + unacknowledged)) / RATE);
  const time = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return `, about ${time} at ${RATE.toLocaleString('en-US')} messages/s`;
}

function newNameOf(change: Change): string {
  if (change.action !== 'delete' || change.movesTo === undefined) return 'the new queue';
  return `queue ${vhostAndName({ address: change.movesTo }).name}`;
}

function wasName({ was = '' }: Resource): string {
  return `queue ${vhostAndName({ address: was }).name}`;
}

/** The first phase that is not known to be done; counting from 1. */
function phaseOf({ action }: Change, queues: readonly Resource[]): number {
  if (action === 'create') return MOVE_PHASES.indexOf('move.replace') + 1;
  if (action === 'replace') return MOVE_PHASES.indexOf('move.divert') + 1;
  const isRefilled = queues.every((queue) => vhostAndName(queue).name.endsWith(PARK));
  return MOVE_PHASES.indexOf(isRefilled ? 'move.return' : 'move.refill') + 1;
}

const MOVE_KEEPS =
  'messages published meanwhile are kept; some may arrive twice, and TTLs and delivery counts start again';
const BY_NAME: Risk = {
  class: 'safe',
  code: 'move-by-name',
  message:
    'it has no bindings, so publishers use the default exchange: while they do, it is not deleted and the move stops',
};
const MOVE_BY_HAND = 'let consumers empty it, then plan again';

function messagesIn(queue: Resource): string {
  const { ready, unacknowledged } = countsOf(queue);
  if (ready === undefined || unacknowledged === undefined) return 'its messages';
  return countOf(ready + unacknowledged, 'message');
}
