import { becomesOf, renamedCopyOf } from '../../kinds/stream/move-calls.ts';
import { promotedConfig, renamedConfig } from '../../kinds/stream/move-configs.ts';
import { configOf } from '../listings.ts';
import { droppedFields } from '../verify-response.ts';
import { moveConsumers } from './consumers.ts';
import { handOver, lacksEnd } from './copying.ts';
import { countersOf, type Mover, MoveStopped } from './mover.ts';
import { checkRoom } from './room.ts';

/*
 * A rename: every message passes once, to the stream of the new name. `hold` of a mover is that stream.
 */

export async function prepareRename(mover: Mover): Promise<void> {
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

export async function divertToNewName(mover: Mover): Promise<void> {
  const { hold: name, config, broker } = mover;
  if (await handOver(mover, name)) {
    const body = promotedConfig(mover);
    const answer = await mover.write({ verb: 'STREAM.UPDATE', path: [name], body });
    const dropped = droppedFields({ config: body, of: 'stream' }, configOf(answer), broker);
    if (dropped.length > 0) {
      throw new MoveStopped(`the server accepted stream ${name} and dropped ${dropped.join(', ')}`);
    }
  }
  const { hold: live } = await mover.streams();
  if (config.sealed === true && live && configOf(live).sealed !== true) {
    await mover.write({ verb: 'STREAM.UPDATE', path: [name], body: config });
  }
}

/** The old stream goes last, because it tells how far the rename is. */
export async function cleanOldName(mover: Mover): Promise<void> {
  const { name: was, hold: name } = mover;
  const { stream: old, hold: live, phase } = await mover.streams();
  if (!old) return;
  if (!live || phase !== 'move.replace' || becomesOf(configOf(old)) !== name) {
    throw new MoveStopped(`stream ${name} does not have the messages of ${was} yet`, 'run plan again');
  }
  if (await lacksEnd(mover, was, name, countersOf(old), countersOf(live))) {
    throw new MoveStopped(
      `stream ${name} lost messages since they were moved; ${was} still has ${countersOf(old).messages}`,
      `copy them from ${was} by hand, then delete it`,
    );
  }
  await moveConsumers(mover, live);
  await mover.write({ verb: 'STREAM.DELETE', path: [was] });
}
