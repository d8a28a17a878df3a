import { heldStreamOf, isMirrorOf } from '../../kinds/stream/move-calls.ts';
import {
  holdConfig,
  promotedConfig,
  refillConfig,
  releasedConfig,
  takerConfig,
} from '../../kinds/stream/move-configs.ts';
import { configOf } from '../listings.ts';
import { droppedFields, isSame } from '../verify-response.ts';
import { recordConsumers, restoreConsumers } from './consumers.ts';
import { handOver, lacksEnd } from './copying.ts';
import { countersOf, type Mover, MoveStopped } from './mover.ts';
import { checkRoom } from './room.ts';
import { untilWhole } from './verify.ts';

/*
 * A move to a stream of the same name: every message passes to the hold stream, and back to the new stream.
 */

export async function prepare(mover: Mover): Promise<void> {
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

export async function divert(mover: Mover): Promise<void> {
  const copy = await handOver(mover);
  if (!copy) return;
  await mover.write({ verb: 'STREAM.UPDATE', path: [mover.hold], body: takerConfig(mover, copy) });
}

export async function replace(mover: Mover): Promise<void> {
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

export async function giveBack(mover: Mover): Promise<void> {
  const { name, hold, broker } = mover;
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
  const config = promotedConfig(mover);
  const answer = await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
  const dropped = droppedFields({ config, of: 'stream' }, configOf(answer), broker);
  if (dropped.length > 0) {
    throw new MoveStopped(`the server accepted stream ${name} and dropped ${dropped.join(', ')}`);
  }
}

export async function clean(mover: Mover): Promise<void> {
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
  const [has, needs] = [countersOf(stream), countersOf(live)];
  if (await lacksEnd(mover, hold, name, needs, has)) {
    throw new MoveStopped(
      `stream ${name} lost messages since they were moved; ${hold} still has ${needs.messages}`,
      `copy them from ${hold} by hand, then delete it`,
    );
  }
  await restoreConsumers(mover, stream);
  const { config } = mover;
  if (config.sealed === true && configOf(stream).sealed !== true) {
    await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
  }
  mover.isCleaned = true;
  await mover.write({ verb: 'STREAM.DELETE', path: [hold] });
}
