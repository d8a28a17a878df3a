import { heldStreamOf, isMirrorOf, type MoveCall, type MovePhase } from '../../kinds/stream/move-calls.ts';
import {
  holdConfig,
  promotedConfig,
  refillConfig,
  releasedConfig,
  takerConfig,
} from '../../kinds/stream/move-configs.ts';
import { pause } from '../api.ts';
import type { Execution, Result } from '../execution.ts';
import { configOf } from '../listings.ts';
import {
  failureOf,
  hasUnknownOutcome,
  isNameInUse,
  isNotFound,
  isStoreBusy,
  isTransient,
} from '../refusals.ts';
import { droppedFields, isSame } from '../verify-response.ts';
import { recordConsumers, restoreConsumers } from './consumers.ts';
import {
  absentPeers,
  amountText,
  type Counters,
  countersOf,
  Mover,
  MoveStopped,
  mirrorErrorOf,
} from './mover.ts';
import { checkRoom } from './room.ts';
import { exists, untilWhole } from './verify.ts';

/** Messages that a mirror may lack when its origin is sealed: they are copied within moments. */
const NEARLY = 1_000n;

/** Milliseconds that the new stream waits for servers that are away. */
const PATIENCE = 10_000;

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

const PHASES: Readonly<Record<MovePhase, (mover: Mover) => Promise<void>>> = {
  'move.prepare': prepare,
  'move.copy': copy,
  'move.divert': divert,
  'move.replace': replace,
  'move.refill': refill,
  'move.return': giveBack,
  'move.clean': clean,
};

async function prepare(mover: Mover): Promise<void> {
  const { name, hold, move, broker } = mover;
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
  if (isSame({ config: move.config, of: 'stream' }, config, broker)) return;
  const body = holdConfig(move, config, broker);
  await checkRoom(mover, stream, [body, move.config]);
  await mover.write({ verb: 'STREAM.CREATE', path: [hold], body });
}

function lostHold({ name, hold }: Mover): MoveStopped {
  return new MoveStopped(
    `stream ${hold} is gone, before ${name} had all its messages`,
    'restore it from a backup',
  );
}

/** Waits until the hold stream has nearly everything, before publishers are affected. */
async function copy(mover: Mover): Promise<void> {
  await follow(mover, 'move.copy', mover.name, mover.hold, true);
}

async function refill(mover: Mover): Promise<void> {
  await follow(mover, 'move.refill', mover.hold, mover.name, false);
}

async function follow(
  mover: Mover,
  during: MovePhase,
  origin: string,
  mirror: string,
  isStoppable: boolean,
): Promise<void> {
  let started: { at: number; messages: bigint } | undefined;
  let target: bigint | undefined;
  await mover.until(async () => {
    const { stream, hold, phase } = await mover.streams();
    if (phase !== during || !stream || !hold) return { result: true, seen: '', why: '' };
    const [from, to] = origin === mover.name ? [stream, hold] : [hold, stream];
    const [has, needs] = [countersOf(to), countersOf(from)];
    started ??= { at: Date.now(), messages: has.messages };
    const rate = Math.round(
      (Number(has.messages - started.messages) * 1000) / Math.max(1, Date.now() - started.at),
    );
    mover.tell(`${amountText(has, needs)}, ${rate}/s`);
    const why = `${mirror} has ${amountText(has, needs)} of ${origin}${mirrorErrorOf(to)}`;
    const seen = `${has.messages} ${has.last}`;
    const isEmpty = needs.messages === 0n;
    target ??= needs.last;
    if (isEmpty || has.last >= target) {
      // It reached what there was at the last look: it works, and only has to be near the end.
      if (!isEmpty && needs.last - has.last > NEARLY) {
        target = needs.last;
        return { seen, why };
      }
      // Before anything is taken from the origin: a message that it lacks now would never come.
      const lacking = needs.messages - has.messages;
      if (lacking > 0n && lacking > needs.last - has.last) return { seen: `lacks ${lacking}`, why };
      const absent = [...new Set([...absentPeers(from), ...absentPeers(to)])].sort().join(', ');
      // Consumers already wait for the new stream: they cannot wait for ever.
      if (absent === '' || (during === 'move.refill' && Date.now() - started.at > PATIENCE)) {
        return { result: true, seen, why };
      }
      return { seen: absent, why: `servers with a copy are away or behind: ${absent}` };
    } else if (has.messages >= needs.messages && !(await exists(mover, origin, needs.last))) {
      const behind = countersOf((await mover.streams()).stream ?? {});
      if (behind.last === needs.last && during === 'move.copy') throw deletedTail(mover);
      return { result: true, seen, why };
    }
    return { seen, why };
  }, isStoppable);
}

function deletedTail({ name }: Mover): MoveStopped {
  return new MoveStopped(
    `the last messages of stream ${name} are deleted, and a mirror would use their sequences again`,
    'publish one more message, then apply again',
  );
}

async function divert(mover: Mover): Promise<void> {
  const { name, hold, move } = mover;
  const before = await mover.streams();
  if (before.phase === 'move.copy' && before.stream) {
    await mover.write({
      verb: 'STREAM.UPDATE',
      path: [name],
      body: releasedConfig(name, configOf(before.stream)),
    });
  }
  const { stream, hold: live, phase } = before.phase === 'move.copy' ? await mover.streams() : before;
  if (phase !== 'move.divert' || !live) return;
  if (stream) await untilWhole(mover, name, hold);
  await mover.write({ verb: 'STREAM.UPDATE', path: [hold], body: takerConfig(move, configOf(live)) });
}

async function replace(mover: Mover): Promise<void> {
  const { name, hold, move, broker } = mover;
  const { stream, hold: live, phase } = await mover.streams();
  if (phase !== 'move.replace' || !live) return;
  if (stream) {
    if (await lacksEnd(mover, name, countersOf(stream), countersOf(live))) {
      throw new MoveStopped(`${hold} does not have every message of ${name}`);
    }
    await recordConsumers(mover);
    await mover.write({ verb: 'STREAM.DELETE', path: [name] });
  }
  await mover.write({
    verb: 'STREAM.CREATE',
    path: [name],
    body: refillConfig(move, configOf(live), broker),
  });
}

/** Whether the last message of a stream came after those of its copy. */
async function lacksEnd(mover: Mover, stream: string, needs: Counters, has: Counters): Promise<boolean> {
  return has.last < needs.last && needs.messages > 0n && (await exists(mover, stream, needs.last));
}

async function giveBack(mover: Mover): Promise<void> {
  const { name, hold, move, broker } = mover;
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
  const config = promotedConfig(move);
  const answer = await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
  const dropped = droppedFields({ config, of: 'stream' }, configOf(answer), broker);
  if (dropped.length > 0) {
    throw new MoveStopped(`the server accepted stream ${name} and dropped ${dropped.join(', ')}`);
  }
}

async function clean(mover: Mover): Promise<void> {
  const { name, hold, move, broker } = mover;
  const { stream, hold: live, phase } = await mover.streams();
  if (phase === undefined) {
    const isDone = stream && isSame({ config: move.config, of: 'stream' }, configOf(stream), broker);
    if (mover.isCleaned || isDone) return;
    throw lostHold(mover);
  }
  if (phase !== 'move.clean' || !stream || !live) {
    throw new MoveStopped(
      `the streams changed meanwhile: ${name} is in phase ${phase.replace('move.', '')} again`,
    );
  }
  const [has, needs] = [countersOf(stream), countersOf(live)];
  if (await lacksEnd(mover, hold, needs, has)) {
    throw new MoveStopped(
      `stream ${name} lost messages since they were moved; ${hold} still has ${needs.messages}`,
      `copy them from ${hold} by hand, then delete it`,
    );
  }
  await restoreConsumers(mover, stream);
  const config = move.config;
  if (config.sealed === true && configOf(stream).sealed !== true) {
    await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
  }
  mover.isCleaned = true;
  await mover.write({ verb: 'STREAM.DELETE', path: [hold] });
}
