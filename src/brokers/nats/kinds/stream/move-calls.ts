import { createHash } from 'node:crypto';
import { type Address, isObject, type JsonObject } from '../../../../model/index.ts';
import { parseObject, stringsIn } from '../../fields/values.ts';

/**
 * The phases of a move, in order. Each looks at the servers first and does what is left of it, so that all of them may
 * be sent again after an interruption at any point:
 * - `prepare`: checks that the move can keep every message, then creates the hold stream, a mirror of the stream;
 * - `copy`: waits until the hold stream has caught up;
 * - `divert`: the stream is sealed and releases its subjects; the hold stream, verified to have every message, takes them;
 * - `replace`: the positions of the consumers are recorded, the stream is deleted and created anew as a mirror of the
 *   hold stream;
 * - `refill`: waits until the new stream has caught up;
 * - `return`: the hold stream is sealed and releases the subjects; the new stream, verified to have every message, takes
 *   them;
 * - `clean`: the consumers are created anew, and the hold stream is deleted.
 */
export const MOVE_PHASES = [
  'move.prepare',
  'move.copy',
  'move.divert',
  'move.replace',
  'move.refill',
  'move.return',
  'move.clean',
] as const;

export type MovePhase = (typeof MOVE_PHASES)[number];

/**
 * The phases of a rename, in order, as those of a move:
 * - `prepare`: checks that every message can be kept, then creates the new stream, a mirror of the old one;
 * - `copy`: waits until it has caught up;
 * - `divert`: the old stream is sealed and releases its subjects; the new one, verified to have every message, becomes
 *   as declared and takes them;
 * - `clean`: the consumers that are left are created anew, and the old stream is deleted. It is the deletion of the old
 *   stream; between come the declared consumers.
 */
export const RENAME_PHASES = ['rename.prepare', 'rename.copy', 'rename.divert', 'rename.clean'] as const;

export type RenamePhase = (typeof RENAME_PHASES)[number];

/** A stream that is replaced with its messages: by one of the same name, or by one of another name. */
export type MoveCall =
  | { readonly op: MovePhase; readonly target: Address; readonly body: StreamMove }
  | {
      readonly op: Exclude<RenamePhase, 'rename.clean'>;
      readonly target: Address;
      readonly body: StreamRename;
    }
  | { readonly op: 'rename.clean'; readonly target: Address; readonly body: Omit<StreamRename, 'config'> };

export type StreamMove = {
  name: string;
  /** The stream that holds the messages meanwhile. */
  hold: string;
  /** The stream as it is to be: the complete configuration. */
  config: JsonObject;
};

export type StreamRename = {
  name: string;
  was: string;
  /** The stream as it is to be: the complete configuration. */
  config: JsonObject;
};

export function isMoveCall(call: { readonly op: string }): call is MoveCall {
  return call.op.startsWith('move.') || call.op.startsWith('rename.');
}

export function isRenameCall(call: MoveCall): call is Extract<MoveCall, { op: RenamePhase }> {
  return call.op.startsWith('rename.');
}

/** Longest name of a stream: `JSMaxNameLen` of the server. Bytes. */
const LONGEST_NAME = 255;

const SUFFIX = '-brokerform-hold';

/** The name of the hold stream. One that would be too long ends with a digest of the whole. */
export function holdNameOf(stream: string): string {
  if (Buffer.byteLength(stream + SUFFIX) <= LONGEST_NAME) return stream + SUFFIX;
  const end = `~${createHash('sha256').update(stream).digest('hex').slice(0, 16)}${SUFFIX}`;
  // A character that is cut in the middle decodes to U+FFFD, which is longer than what is left of it.
  const start = Buffer.from(stream)
    .subarray(0, LONGEST_NAME - Buffer.byteLength(end))
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return start + end;
}

/** Metadata of a hold stream: the name of the stream whose messages it holds. */
export const HOLD_MARK = 'brokerform.move';

/** Metadata of a hold stream: the configuration of the stream before the move, as JSON. */
export const ORIGINAL_MARK = 'brokerform.original';

/** Metadata of a stream that is renamed: on the new one its old name, on the old one, once it is sealed, the new name. */
export const WAS_MARK = 'brokerform.was';
export const BECOMES_MARK = 'brokerform.becomes';

/** The configuration in the metadata of a hold stream; undefined if it has none. */
export function originalConfigIn({ metadata }: JsonObject): JsonObject | undefined {
  const text = isObject(metadata) ? metadata[ORIGINAL_MARK] : undefined;
  return typeof text === 'string' ? parseObject(text) : undefined;
}

/** The name of the stream whose messages this one holds; undefined for any other stream. */
export function heldStreamOf(config: JsonObject): string | undefined {
  return markIn(config, HOLD_MARK);
}

/** A name in the metadata of a stream. */
function markIn({ metadata }: JsonObject, mark: string): string | undefined {
  const name = isObject(metadata) ? metadata[mark] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** The stream from which a rename still fills this one; undefined for any other stream. */
export function renamedCopyOf(config: JsonObject): string | undefined {
  const was = markIn(config, WAS_MARK);
  return was !== undefined && isMirrorOf(config, was) ? was : undefined;
}

/** The stream that got the messages and subjects of this one, or is about to; undefined for any other stream. */
export function becomesOf(config: JsonObject): string | undefined {
  return config.sealed === true ? markIn(config, BECOMES_MARK) : undefined;
}

/**
 * The only subject of a stream that has released its own: a stream without subjects would get its name as one. A stream
 * that is sealed stores nothing that is published there.
 */
export function releasedSubject(stream: string): string {
  return `$brokerform.released.${stream}`;
}

/** Whether a stream is sealed and has released its subjects. */
function isReleased(stream: string, { sealed, subjects }: JsonObject): boolean {
  const [subject, ...others] = stringsIn(subjects);
  return sealed === true && subject === releasedSubject(stream) && others.length === 0;
}

export function isMirrorOf({ mirror }: JsonObject, origin: string): boolean {
  return isObject(mirror) && mirror.name === origin && !isObject(mirror.external);
}

/** The configurations of the two streams of a move; undefined for one that does not exist. */
export interface MoveState {
  readonly stream: JsonObject | undefined;
  readonly hold: JsonObject | undefined;
}

/**
 * The phase that a move is in, from the two streams alone. Undefined where no move is under way: there is no hold stream.
 * A hold stream loses its mirror only after it was verified to have every message, and so does the new stream.
 */
export function phaseOf(name: string, { stream, hold }: MoveState): MovePhase | undefined {
  if (!hold) return undefined;
  const isNew = stream !== undefined && isMirrorOf(stream, holdNameOf(name));
  if (isMirrorOf(hold, name)) {
    return stream && !isReleased(name, stream) ? 'move.copy' : 'move.divert';
  }
  const isOld = stream !== undefined && isReleased(name, stream);
  if (!stream || isOld) return 'move.replace';
  if (!isNew) return 'move.clean';
  return hold.sealed === true ? 'move.return' : 'move.refill';
}
