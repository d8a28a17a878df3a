import { BrokerError } from '../../../../model/index.ts';
import {
  MOVE_PHASES,
  type MovePhase,
  type QueueMove,
  type RabbitCall,
  RENAME_PHASES,
  type RenamePhase,
} from '../../calls.ts';
import { AmqpRefusal } from '../connection-errors.ts';
import { PHASES, renamePhases } from './phases.ts';
import { type MoveOptions, MoveRun } from './run.ts';

export type MoveCall = Extract<RabbitCall, { op: MovePhase | RenamePhase }>;

const OPS: ReadonlySet<string> = new Set([...MOVE_PHASES, ...RENAME_PHASES]);

export function isMoveCall(call: RabbitCall): call is MoveCall {
  return OPS.has(call.op);
}

/**
 * Does what is left of one phase of a move.
 * @returns a note for people
 * @throws BrokerError refused or stopped; no message is lost, and the phases may be sent again
 * @throws ConnectionError
 */
export async function runPhase(call: MoveCall, options: MoveOptions): Promise<string | undefined> {
  const { op, target } = call;
  const run = new MoveRun(op, target, moveOf(call), options);
  run.checkStop();
  try {
    const note = isRename(call) ? await renamePhases[call.op](run, call.body) : await PHASES[call.op](run);
    return note ?? undefined;
  } catch (error) {
    // One whose place is not told more precisely by where it was caught.
    if (!(error instanceof AmqpRefusal)) throw error;
    const { code, message } = error;
    throw new BrokerError(options.settings.broker, { op, ...(code && { status: code }), message });
  }
}

type RenameCall = Extract<RabbitCall, { op: RenamePhase }>;

function isRename(call: MoveCall): call is RenameCall {
  return 'newName' in call.body;
}

/** A rename is the move of a queue of which nothing is declared. */
function moveOf({ body }: MoveCall): QueueMove {
  if ('declare' in body) return body;
  const { vhost, name, allowGap } = body;
  return { declare: { vhost, name, durable: true, autoDelete: false, arguments: {} }, allowGap };
}
