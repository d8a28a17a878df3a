import { eachOf } from '../../../../model/concurrency.ts';
import { equalJson, type JsonObject } from '../../../../model/index.ts';
import { numberIn, ownMetadata, textIn } from '../../fields/values.ts';
import { continued, recordedIn, recordOf } from '../../kinds/consumer/moved.ts';
import { withRenamedFilters } from '../../kinds/stream/move-configs.ts';
import { configOf, declaredName, listConsumers } from '../listings.ts';
import { isNameInUse, isNotFound, unless } from '../refusals.ts';
import { writeOf } from '../requests.ts';
import type { Mover } from './mover.ts';

/** Concurrent requests. */
const CONCURRENT = 32;

/** Records the durable consumers of the stream in the hold stream, with what they acknowledged. */
export async function recordConsumers(mover: Mover): Promise<void> {
  const [live, recorded] = await Promise.all([list(mover, mover.name), list(mover, mover.hold)]);
  const records = new Map(recorded.map((item) => [textIn(item.name), configOf(item)]));
  await eachOf(live, CONCURRENT, async (item) => {
    const name = declaredName(configOf(item));
    if (name === undefined) return;
    const config = recordOf(name, item);
    const known = records.get(name);
    if (known && equalJson(config.metadata ?? null, ownMetadata(known.metadata))) return;
    await write(mover, known ? 'update' : 'create', mover.hold, name, config);
  });
}

/** Creates the recorded consumers anew, each where it was. */
export async function restoreConsumers(mover: Mover, stream: JsonObject): Promise<void> {
  const recorded = await list(mover, mover.hold);
  await createAnew(mover, stream, recorded.map(configOf));
}

/** Creates those consumers of the old name that the new one lacks, each where it is. */
export async function moveConsumers(mover: Mover, stream: JsonObject): Promise<void> {
  const live = await list(mover, mover.name);
  const records = live.flatMap((item) => {
    const name = declaredName(configOf(item));
    if (name === undefined) return [];
    const config = withRenamedFilters(configOf(item), { name: mover.hold, was: mover.name });
    return [recordOf(name, { ...item, config })];
  });
  await createAnew(mover, stream, records);
}

/** @param stream STREAM.INFO of the stream that gets the consumers */
async function createAnew(mover: Mover, stream: JsonObject, records: readonly JsonObject[]): Promise<void> {
  const { name: to, num_replicas } = configOf(stream);
  const there = new Set((await list(mover, textIn(to))).map(({ name }) => name));
  const replicas = Number(numberIn(num_replicas)) || 1;
  await eachOf(records, CONCURRENT, async (config) => {
    const name = textIn(config.durable_name);
    const record = recordedIn(config);
    if (!record || there.has(name)) return;
    // Another apply, or its client, may have created it meanwhile.
    await unless(isNameInUse, write(mover, 'create', textIn(to), name, continued(record, replicas)));
  });
}

/** All consumers of a stream. Those whose server did not answer in time are requested one by one. */
async function list(mover: Mover, stream: string): Promise<readonly JsonObject[]> {
  const { items, unknown } = await listConsumers(mover.api, stream);
  const found = [...items];
  await eachOf([...unknown], CONCURRENT, async (name) => {
    const item = await unless(isNotFound, mover.read({ verb: 'CONSUMER.INFO', path: [stream, name] }));
    if (item) found.push(item);
  });
  return found;
}

async function write(
  mover: Mover,
  action: 'create' | 'update',
  stream: string,
  name: string,
  config: JsonObject,
): Promise<void> {
  const body = { stream, name, config };
  await mover.write(writeOf({ op: `consumer.${action}`, target: '', body }).request);
}
