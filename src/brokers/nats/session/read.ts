import { eachOf } from '../../../model/concurrency.ts';
import { append, BrokerError, type JsonObject, type Resource, type Scope } from '../../../model/index.ts';
import type { ConsumerVolatile } from '../facts.ts';
import { consumerResource, streamResource } from '../kinds/resources.ts';
import type { ApiRequest, JetStreamApi } from './api.ts';
import { type Listing, listConsumers, listStreams } from './listings.ts';
import {
  configOf,
  consumerCount,
  consumerVolatile,
  declaredName,
  streamVolatile,
  textOf,
} from './payloads.ts';
import { faultOf, isNotFound, Refusal } from './refusals.ts';
import { type Wanted, wantedBy } from './scope.ts';

/** Streams whose consumers are listed at a time. */
const CONCURRENT = 64;

/** Milliseconds that what a list lacks is asked for by name: about what the election of a leader takes. */
const ELECTION = 8_000;

/**
 * Reads all streams, page by page, and side by side the consumers of those streams in the scope that have any. A
 * resource of the scope that is there and cannot be read is an error: what is unknown must not look absent.
 * @throws ConnectionError, BrokerError
 */
export async function readScope(scope: Scope, api: JetStreamApi): Promise<Resource[]> {
  const { broker } = api.settings;
  const wanted = wantedBy(scope, broker);
  const streams = await complete(api, 'read streams', () => listStreams(api), {
    isWanted: (name) => wanted.stream(name) || wanted.consumersOf(name),
    infoOf: (name) => ({ verb: 'STREAM.INFO', path: [name] }),
    what: 'stream',
  });
  const resources: Resource[] = [];
  await eachOf(streams, CONCURRENT, async (info) => {
    const config = configOf(info);
    const name = textOf(config.name);
    const consumers = wanted.consumersOf(name) ? await readConsumers(api, info, name, wanted) : undefined;
    const counts = consumers?.map((consumer) => consumer.volatile as ConsumerVolatile);
    const volatile = streamVolatile(info, counts) as JsonObject;
    append(resources, [streamResource(broker, name, config, volatile)], consumers ?? []);
  });
  return resources;
}

/** The declared consumers: the others are a client's or the server's own, and go with it. */
async function readConsumers(
  api: JetStreamApi,
  info: JsonObject,
  stream: string,
  wanted: Wanted,
): Promise<Resource[]> {
  if (consumerCount(info) === 0) return [];
  const consumers = await complete(api, `read consumers of ${stream}`, () => listConsumers(api, stream), {
    isWanted: (name) => wanted.consumer(stream, name),
    infoOf: (name) => ({ verb: 'CONSUMER.INFO', path: [stream, name] }),
    what: `consumer of stream ${stream}:`,
  });
  return consumers.flatMap((item) => {
    const config = configOf(item);
    const name = declaredName(config);
    if (name === undefined) return [];
    const volatile = consumerVolatile(item) as JsonObject;
    return [consumerResource(api.settings.broker, stream, name, config, volatile)];
  });
}

interface Completing {
  isWanted(name: string): boolean;
  infoOf(name: string): ApiRequest;
  readonly what: string;
}

/** The entries of a list, and those that it lacks and the scope wants, asked for one by one. */
async function complete(
  api: JetStreamApi,
  op: string,
  list: () => Promise<Listing>,
  { isWanted, infoOf, what }: Completing,
): Promise<JsonObject[]> {
  const { items, unknown } = await list().catch((error: unknown): Listing => {
    // The stream has gone since it was listed.
    if (isNotFound(error)) return { items: [], unknown: new Set() };
    throw faultOf(api.settings.broker, error, op);
  });
  const found = [...items];
  const names = [...unknown].filter(isWanted).sort();
  const silent: string[] = [];
  const deadline = Math.min(api.deadline(), Date.now() + ELECTION);
  await eachOf(names, CONCURRENT, async (name) => {
    try {
      found.push(await api.ask(infoOf(name), deadline));
    } catch (error) {
      // Gone since it was listed.
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
