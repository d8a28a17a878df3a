import { eachOf } from '../../../model/concurrency.ts';
import {
  type Address,
  append,
  BrokerError,
  chunksOf,
  coverageOf,
  type JsonObject,
  kindOf,
  type Resource,
  type Scope,
  selectorOf,
} from '../../../model/index.ts';
import { textIn } from '../fields/values.ts';
import {
  consumerAddress,
  consumerNameOf,
  consumerResource,
  identify,
  streamAddress,
  streamNameOf,
  streamResource,
} from '../kinds/addresses.ts';
import { asDeclared, recordedIn } from '../kinds/consumer/moved.ts';
import { kinds } from '../kinds/index.ts';
import { type ConsumerMetrics, consumerCount, consumerMetrics, streamMetrics } from '../kinds/metrics.ts';
import { heldStreamOf } from '../kinds/stream/move-calls.ts';
import type { ApiRequest, JetStreamApi } from './api.ts';
import { configOf, declaredName, type Listing, listConsumers, listStreams } from './listings.ts';
import { errorOf, isNotFound, isPermissionError, Refusal } from './refusals.ts';

/**
 * Streams whose consumers are requested at once, which go out in a few packets, and so many consumers that their answers
 * are a few megabytes. Two such batches are in flight.
 */
const BATCH = { items: 128, weight: 4_096 };
const BATCHES = 2;

/** Items that are requested by name concurrently, and resources whose metrics are. */
const CONCURRENT = 64;

/** Milliseconds to request unlisted items by name: about the duration of a leader election. */
const ELECTION = 8_000;

/**
 * Reads all streams, page by page, and concurrently the consumers of the streams in the scope. An existing resource of
 * the scope that cannot be read is an error, because it must not look absent.
 * @throws ConnectionError, BrokerError
 */
export async function readScope(scope: Scope, api: JetStreamApi): Promise<Resource[]> {
  const { broker } = api.settings;
  // The server works on the list while we work out what the scope wants of it.
  const listing = listStreams(api);
  // Awaited below, and no error may be lost until then.
  listing.catch(() => {});
  const wanted = wantedBy(scope, broker);
  const streams = await listCompletely(api, 'read streams', () => listing, {
    isWanted: (name) => wanted.stream(name) || wanted.consumersOf(name),
    infoOf: (name) => ({ verb: 'STREAM.INFO', path: [name] }),
    what: 'stream',
  });
  const resources: Resource[] = [];
  const recorded: Resource[] = [];
  await eachOf(
    chunksOf(streams, BATCH, (info) => consumerCount(info) ?? 1),
    BATCHES,
    async (batch) => {
      const read = batch.map(async (info) => {
        const config = configOf(info);
        const name = textIn(config.name);
        const held = heldStreamOf(config);
        if (held !== undefined) append(recorded, await readRecords(api, name, held, wanted));
        const consumers = wanted.consumersOf(name) ? await readConsumers(api, info, name, wanted) : undefined;
        const counts = consumers?.map((consumer) => consumer.metrics as ConsumerMetrics);
        const metrics = streamMetrics(info, counts) as JsonObject;
        append(resources, [streamResource(broker, name, config, metrics)], consumers ?? []);
      });
      await Promise.all(read);
    },
  );
  const found = new Set(resources.map(({ address }) => address));
  return [...resources, ...recorded.filter(({ address }) => !found.has(address))];
}

/** The consumers of a stream whose messages this other one holds: a move will create them again. */
async function readRecords(
  api: JetStreamApi,
  hold: string,
  stream: string,
  wanted: Wanted,
): Promise<Resource[]> {
  if (!wanted.consumersOf(stream)) return [];
  const { broker } = api.settings;
  const { items } = await listConsumers(api, hold).catch((error: unknown) => {
    throw errorOf(broker, error, `read consumers of ${stream}`);
  });
  return items.flatMap((item) => {
    const record = recordedIn(configOf(item));
    return record ? [consumerResource(broker, stream, textIn(item.name), asDeclared(record.config))] : [];
  });
}

/** The durable consumers of people. The others belong to clients or to the server, and are deleted with the stream. */
async function readConsumers(
  api: JetStreamApi,
  info: JsonObject,
  stream: string,
  wanted: Wanted,
): Promise<Resource[]> {
  if (consumerCount(info) === 0) return [];
  const consumers = await listCompletely(
    api,
    `read consumers of ${stream}`,
    () => listConsumers(api, stream),
    {
      isWanted: (name) => wanted.consumer(stream, name),
      infoOf: (name) => ({ verb: 'CONSUMER.INFO', path: [stream, name] }),
      what: `consumer of stream ${stream}:`,
    },
  );
  return consumers.flatMap((item) => {
    const config = configOf(item);
    const name = declaredName(config);
    if (name === undefined) return [];
    const metrics = consumerMetrics(item) as JsonObject;
    return [consumerResource(api.settings.broker, stream, name, asDeclared(config), metrics)];
  });
}

interface Missing {
  isWanted(name: string): boolean;
  infoOf(name: string): ApiRequest;
  readonly what: string;
}

/** The items of a list, with the unlisted ones of the scope, requested one by one. */
async function listCompletely(
  api: JetStreamApi,
  op: string,
  list: () => Promise<Listing>,
  { isWanted, infoOf, what }: Missing,
): Promise<readonly JsonObject[]> {
  const { items, unknown } = await list().catch((error: unknown): Listing => {
    // The stream was deleted since it was listed.
    if (isNotFound(error)) return { items: [], unknown: new Set() };
    throw errorOf(api.settings.broker, error, op);
  });
  if (unknown.size === 0) return items;
  const found = [...items];
  const names = [...unknown].filter(isWanted).sort();
  const silent: string[] = [];
  const deadline = Math.min(api.deadline(), Date.now() + ELECTION);
  await eachOf(names, CONCURRENT, async (name) => {
    try {
      found.push(await api.read(infoOf(name), deadline));
    } catch (error) {
      // Deleted since it was listed.
      if (isNotFound(error)) return;
      silent.push(error instanceof Refusal ? `${name} (${error.message})` : name);
    }
  });
  if (silent.length > 0) throw unknownError(api, what, silent);
  return found;
}

function unknownError(api: JetStreamApi, what: string, names: readonly string[]): BrokerError {
  const are = names.length === 1 ? 'is' : 'are';
  return new BrokerError(api.settings.broker, {
    op: 'read',
    message: `${what} ${[...names].sort().join(', ')} ${are} there, but nothing else is known: no server that holds it answers`,
    hint: 'a server is down, or too old for it. What is unknown cannot be planned: try again when the server is back',
  });
}

/** The resources of a scope. All streams are listed anyway: a page of 256 costs as much as a single one. */
interface Wanted {
  /** True if the stream must be read. */
  stream(name: string): boolean;
  /** True if its consumers must be read: some are in the scope, or would be deleted with the stream. */
  consumersOf(stream: string): boolean;
  consumer(stream: string, name: string): boolean;
}

function wantedBy(scope: Scope, broker: string): Wanted {
  const { wanted, includes } = coverageOf(scope, broker, kinds);
  const isSelected = selectorOf(wanted.get('consumer') ?? []);
  return {
    stream: (name) => includes({ address: streamAddress(broker, name), dependsOn: [] }),
    consumersOf(stream) {
      const { kind, name } = identify(stream);
      return isSelected('consumer', stream) || isSelected(kind, name);
    },
    consumer: (stream, name) =>
      includes({
        address: consumerAddress(broker, stream, name),
        dependsOn: [streamAddress(broker, stream)],
      }),
  };
}

/** Names of ephemeral consumers in a plan, for one stream. */
const MAX_NAMES = 10;

/**
 * Reads the metrics of these resources. Unavailable metrics are missing from the result.
 * @throws ConnectionError, BrokerError without the permission to read any
 */
export async function readMetrics(
  resources: readonly Resource[],
  api: JetStreamApi,
): Promise<Map<Address, JsonObject>> {
  const metrics = new Map<Address, JsonObject>();
  await eachOf(resources, CONCURRENT, async ({ address }) => {
    try {
      metrics.set(address, (await metricsOf(address, api)) as JsonObject);
    } catch (error) {
      // Throws for bugs, which must not look like missing metrics.
      errorOf(api.settings.broker, error, 'count');
      if (isPermissionError(error)) throw errorOf(api.settings.broker, error, 'count');
    }
  });
  return metrics;
}

async function metricsOf(address: Address, api: JetStreamApi): Promise<object> {
  const stream = streamNameOf(address);
  if (kindOf(address) === 'consumer') {
    const path = [stream, consumerNameOf(address)];
    return consumerMetrics(await api.read({ verb: 'CONSUMER.INFO', path }));
  }
  const info = await api.read({ verb: 'STREAM.INFO', path: [stream] });
  if (consumerCount(info) === 0) return streamMetrics(info, []);
  const { items, unknown } = await listConsumers(api, stream);
  const durable = items.filter((item) => declaredName(configOf(item)) !== undefined).map(consumerMetrics);
  const ephemeral = items.filter(isEphemeral).map((item) => textIn(item.name));
  return {
    // If some of them could not be read, their sum is unknown.
    ...streamMetrics(info, unknown.size > 0 ? undefined : durable),
    ...(ephemeral.length > 0 && { ephemeral: ephemeral.sort().slice(0, MAX_NAMES) }),
  };
}

/** True for the consumer of a client, and not for one through which the server fills a mirror or source. */
function isEphemeral(item: JsonObject): boolean {
  const config = configOf(item);
  const isSourcing = config.sourcing === true || config.direct === true;
  return textIn(config.durable_name) === '' && !isSourcing && textIn(item.name) !== '';
}
