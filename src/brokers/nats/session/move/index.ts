import type { JsonObject } from '../../../../model/index.ts';
import {
  becomesOf,
  heldStreamOf,
  isMirrorOf,
  type MoveCall,
  type MovePhase,
  type RenamePhase,
  renamedCopyOf,
} from '../../kinds/stream/move-calls.ts';
import {
  holdConfig,
  promotedConfig,
  refillConfig,
  releasedConfig,
  renamedConfig,
  takerConfig,
} from '../../kinds/stream/move-configs.ts';
import { type Execution, pause, type Result } from '../api.ts';
import { configOf } from '../listings.ts';
import {
  failureOf,
  hasUnknownOutcome,
  isNameInUse,
  isNotFound,
  isStoreBusy,
  isTransient,
} from '../refusals.ts';
import { droppedFields, isSame } from '../requests.ts';
import { moveConsumers, recordConsumers, restoreConsumers } from './consumers.ts';
import { copy, handOver, lacksEnd, refill } from './copying.ts';
import { type Counters, countersOf, Mover, MoveStopped } from './mover.ts';
import { checkRoom, untilWhole } from './verify.ts';

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

/*
 * A move to a stream of the same name: every message passes to the hold stream, and back to the new stream.
 */

async function prepare(mover: Mover): Promise<void> {
  const { name, hold, config: wanted, broker } = mover;
  const { stream, hold: live, phase } = await mover.streams();
  if (live && heldStreamOf(configOf(live)) !== name) {
    throw new MoveStopped(
      `stream ${hold} exists, and holds no messages of ${name}`,
      'rename or delete it first',
    );
  }
  if (phase !== undefined) return;
  if (!stream) throw new MoveStopped(`stream ${name} is gone`, 'run plan again');
  const config = configOf(stream);
  if (isMirrorOf(config, hold)) throw lostHold(mover);
  if (isSame({ config: wanted, of: 'stream' }, config, broker)) return;
  const body = holdConfig(mover, config, broker);
  await checkRoom(mover, stream, [body, wanted]);
  await mover.write({ verb: 'STREAM.CREATE', path: [hold], body });
}

function lostHold({ name, hold }: Mover): MoveStopped {
  return new MoveStopped(
    `stream ${hold} is gone, before ${name} had all its messages`,
    'restore it from a backup',
  );
}

async function divert(mover: Mover): Promise<void> {
  const copy = await handOver(mover);
  if (!copy) return;
  await mover.write({ verb: 'STREAM.UPDATE', path: [mover.hold], body: takerConfig(mover, copy) });
}

async function replace(mover: Mover): Promise<void> {
  const { name, hold, broker } = mover;
  const { stream, hold: live, phase } = await mover.streams();
  if (phase !== 'move.replace' || !live) return;
  if (stream) {
    if (await lacksEnd(mover, name, hold, countersOf(stream), countersOf(live))) {
      throw new MoveStopped(`${hold} does not have every message of ${name}`);
    }
    await recordConsumers(mover);
    await mover.write({ verb: 'STREAM.DELETE', path: [name] });
  }
  await mover.write({
    verb: 'STREAM.CREATE',
    path: [name],
    body: refillConfig(mover, configOf(live), broker),
  });
}

async function giveBack(mover: Mover): Promise<void> {
  const { name, hold } = mover;
  const before = await mover.streams();
  if (before.phase === 'move.refill' && before.hold) {
    await mover.write({
      verb: 'STREAM.UPDATE',
      path: [hold],
      body: releasedConfig(hold, configOf(before.hold)),
    });
  }
  const { phase } = before.phase === 'move.refill' ? await mover.streams() : before;
  if (phase !== 'move.return') return;
  await untilWhole(mover, hold, name);
  await promote(mover, name);
}

async function clean(mover: Mover): Promise<void> {
  const { name, hold, broker } = mover;
  const { stream, hold: live, phase } = await mover.streams();
  if (phase === undefined) {
    const isDone = stream && isSame({ config: mover.config, of: 'stream' }, configOf(stream), broker);
    if (mover.isCleaned || isDone) return;
    throw lostHold(mover);
  }
  if (phase !== 'move.clean' || !stream || !live) {
    throw new MoveStopped(
      `the streams changed meanwhile: ${name} is in phase ${phase.replace('move.', '')} again`,
    );
  }
  await checkEnd(mover, hold, name, countersOf(live), countersOf(stream));
  await restoreConsumers(mover, stream);
  await sealIfDeclared(mover, name, stream);
  mover.isCleaned = true;
  await mover.write({ verb: 'STREAM.DELETE', path: [hold] });
}

/** The new stream becomes as declared, but for the seal. */
async function promote(mover: Mover, name: string): Promise<void> {
  const config = promotedConfig(mover);
  const answer = await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
  const dropped = droppedFields({ config, of: 'stream' }, configOf(answer), mover.broker);
  if (dropped.length > 0) {
    throw new MoveStopped(`the server accepted stream ${name} and dropped ${dropped.join(', ')}`);
  }
}

async function sealIfDeclared(mover: Mover, name: string, live: JsonObject): Promise<void> {
  const { config } = mover;
  if (config.sealed !== true || configOf(live).sealed === true) return;
  await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
}

/** Before the stream that still has the messages is deleted. @throws MoveStopped if the new one lost some of them */
async function checkEnd(
  mover: Mover,
  old: string,
  name: string,
  needs: Counters,
  has: Counters,
): Promise<void> {
  if (!(await lacksEnd(mover, old, name, needs, has))) return;
  throw new MoveStopped(
    `stream ${name} lost messages since they were moved; ${old} still has ${needs.messages}`,
    `copy them from ${old} by hand, then delete it`,
  );
}

/*
 * A rename: every message passes once, to the stream of the new name. `hold` of a mover is that stream.
 */

async function prepareRename(mover: Mover): Promise<void> {
  const { name: was, hold: name, config, broker } = mover;
  const { stream: old, hold: live } = await mover.streams();
  if (!old) {
    if (live && renamedCopyOf(configOf(live)) !== was) return;
    throw new MoveStopped(`stream ${was} is gone`, 'run plan again');
  }
  if (live) {
    if (renamedCopyOf(configOf(live)) === was || becomesOf(configOf(old)) === name) return;
    throw new MoveStopped(
      `stream ${name} exists, and is no copy of ${was}`,
      'rename or delete one of the two first',
    );
  }
  const body = renamedConfig({ name, was, config }, configOf(old), broker);
  await checkRoom(mover, old, [body]);
  await mover.write({ verb: 'STREAM.CREATE', path: [name], body });
}

async function divertToNewName(mover: Mover): Promise<void> {
  const { hold: name } = mover;
  if (await handOver(mover, name)) await promote(mover, name);
  const { hold: live } = await mover.streams();
  if (live) await sealIfDeclared(mover, name, live);
}

/** The old stream goes last, because it tells how far the rename is. */
async function cleanOldName(mover: Mover): Promise<void> {
  const { name: was, hold: name } = mover;
  const { stream: old, hold: live, phase } = await mover.streams();
  if (!old) return;
  if (!live || phase !== 'move.replace' || becomesOf(configOf(old)) !== name) {
    throw new MoveStopped(`stream ${name} does not have the messages of ${was} yet`, 'run plan again');
  }
  await checkEnd(mover, was, name, countersOf(old), countersOf(live));
  await moveConsumers(mover, live);
  await mover.write({ verb: 'STREAM.DELETE', path: [was] });
}
