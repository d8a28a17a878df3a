import type { MoveCall, MovePhase, RenamePhase } from '../../kinds/stream/move-calls.ts';
import { pause } from '../api.ts';
import type { Execution, Result } from '../execution.ts';
import {
  failureOf,
  hasUnknownOutcome,
  isNameInUse,
  isNotFound,
  isStoreBusy,
  isTransient,
} from '../refusals.ts';
import { copy, refill } from './copying.ts';
import { Mover, MoveStopped } from './mover.ts';
import { cleanOldName, divertToNewName, prepareRename } from './rename.ts';
import { clean, divert, giveBack, prepare, replace } from './replace.ts';

/**
 * Executes one phase of a move. A phase begins with a look at the streams, so after a lost response it simply begins
 * again.
 */
export async function executeMove(call: MoveCall, execution: Execution): Promise<Result> {
  const mover = new Mover(call, execution);
  for (let attempt = 0; ; attempt++) {
    try {
      await PHASES[call.op](mover);
      return { status: 'done' };
    } catch (error) {
      if (error instanceof MoveStopped) return { status: 'failed', failure: error.failure(call.op) };
      const isPassing =
        isTransient(error) ||
        hasUnknownOutcome(error) ||
        isStoreBusy(error) ||
        isNameInUse(error) ||
        isNotFound(error);
      const deadline = mover.lastAnswer + execution.api.settings.timeout;
      if (isPassing && !execution.abort.aborted && (await pause(attempt, deadline))) continue;
      return { status: hasUnknownOutcome(error) ? 'unknown' : 'failed', failure: failureOf(error, call.op) };
    }
  }
}

const PHASES: Readonly<Record<MovePhase | RenamePhase, (mover: Mover) => Promise<void>>> = {
  'move.prepare': prepare,
  'move.copy': copy,
  'move.divert': divert,
  'move.replace': replace,
  'move.refill': refill,
  'move.return': giveBack,
  'move.clean': clean,
  'rename.prepare': prepareRename,
  'rename.copy': copy,
  'rename.divert': divertToNewName,
  'rename.clean': cleanOldName,
};
