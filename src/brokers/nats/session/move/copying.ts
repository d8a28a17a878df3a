import type { JsonObject } from '../../../../model/index.ts';
import type { MovePhase } from '../../kinds/stream/move-calls.ts';
import { releasedConfig } from '../../kinds/stream/move-configs.ts';
import { configOf } from '../listings.ts';
import {
  absentPeers,
  amountText,
  type Counters,
  countersOf,
  type Mover,
  MoveStopped,
  mirrorErrorOf,
} from './mover.ts';
import { timeOf, untilWhole } from './verify.ts';

/** Messages that a mirror may lack when its origin is sealed: they are copied within moments. */
const NEARLY = 1_000n;

/** Milliseconds that the new stream waits for servers that are away. */
const PATIENCE = 10_000;

/** Waits until the hold stream has nearly everything, before publishers are affected. */
export async function copy(mover: Mover): Promise<void> {
  await follow(mover, 'move.copy', mover.name, mover.hold, true);
}

export async function refill(mover: Mover): Promise<void> {
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
    } else if (has.messages >= needs.messages && (await timeOf(mover, origin, needs.last)) === undefined) {
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

/**
 * Seals the stream, which releases its subjects, and waits until its mirror has every message.
 * @param becomes its new name, if it is renamed
 * @returns the configuration of the mirror, which takes the subjects next; undefined if it has them
 */
export async function handOver(mover: Mover, becomes?: string): Promise<JsonObject | undefined> {
  const { name, hold } = mover;
  const before = await mover.streams();
  if (before.phase === 'move.copy' && before.stream) {
    const body = releasedConfig(name, configOf(before.stream), becomes);
    await mover.write({ verb: 'STREAM.UPDATE', path: [name], body });
  }
  const { stream, hold: live, phase } = before.phase === 'move.copy' ? await mover.streams() : before;
  if (phase !== 'move.divert' || !live) return undefined;
  if (stream) await untilWhole(mover, name, hold);
  return configOf(live);
}

/**
 * Whether the last message of a stream came after those of its copy, or the copy has another one in its place: somebody
 * created it anew.
 */
export async function lacksEnd(
  mover: Mover,
  stream: string,
  copy: string,
  needs: Counters,
  has: Counters,
): Promise<boolean> {
  const time = needs.messages > 0n ? await timeOf(mover, stream, needs.last) : undefined;
  if (time === undefined) return false;
  if (has.last < needs.last) return true;
  // What limits have removed tells nothing.
  const there = await timeOf(mover, copy, needs.last);
  return there !== undefined && there !== time;
}
