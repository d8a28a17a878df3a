import { BrokerError } from '../../../../model/index.ts';
import { MOVE_PHASES, type MovePhase, type RabbitCall } from '../../calls.ts';
import { AmqpRefusal } from '../connection-errors.ts';
import { PHASES } from './phases.ts';
import { type MoveOptions, MoveRun } from './run.ts';

export type MoveCall = Extract<RabbitCall, { op: MovePhase }>;

const OPS: ReadonlySet<string> = new Set(MOVE_PHASES);

export function isMoveCall(call: RabbitCall): call is MoveCall {
  return OPS.has(call.op);
}

/**
 * Does what is left of one phase of a move.
 * @returns a note for people
 * @throws BrokerError refused or stopped; no message is lost, and the phases may be sent again
 * @throws ConnectionError
 */
export async function runPhase(
  { op, target, body }: MoveCall,
  options: MoveOptions,
): Promise<string | undefined> {
  const run = new MoveRun(op, target, body, options);
  run.checkStop();
  try {
    const note = await PHASES[op](run);
    return note ?? undefined;
  } catch (error) {
    // One whose place is not told more precisely by where it was caught.
    if (!(error instanceof AmqpRefusal)) throw error;
    const { code, message } = error;
    throw new BrokerError(options.settings.broker, { op, ...(code && { status: code }), message });
  }
}
