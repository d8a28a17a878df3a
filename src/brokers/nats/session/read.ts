import { BrokerError, type JsonObject, type Resource, type Scope } from '../../../model/index.ts';
import { consumerResource, streamResource } from '../resources.ts';
import type { ConsumerVolatile } from '../specs.ts';
import type { JetStreamApi } from './api.ts';
import { eachOf } from './concurrency.ts';
import { faultOf, isNotFound } from './faults.ts';
import { type Listing, listConsumers, listStreams } from './listings.ts';
import { configOf, consumerCount, consumerVolatile, streamVolatile, textOf } from './payloads.ts';
import { type Wanted, wantedBy } from './scope.ts';

/** Streams whose consumers are listed at a time. */
const CONCURRENT = 64;

/**
 * Reads all streams, page by page, and side by side the consumers of those streams in the scope that have any. A
 * resource of the scope that is there and cannot be read is an error: what is unknown must not look absent.
 * @throws ConnectionError, BrokerError
 */
export async function readScope(scope: Scope, api: JetStreamApi): Promise<Resource[]> {
  const { broker } = api.settings;
  const wanted = wantedBy(scope, broker);
  const streams = await listed(api, 'read streams', () => listStreams(api));
  refuseUnknown(api, streams, (name) => wanted.stream(name) || wanted.consumersOf(name), 'stream');
  const resources: Resource[] = [];
  await eachOf(streams.items, CONCURRENT, async (info) => {
    const config = configOf(info);
    const name = textOf(config.name);
    const consumers = wanted.consumersOf(name) ? await readConsumers(api, info, name, wanted) : undefined;
    const volatile = streamVolatile(
      info,
      consumers?.map((consumer) => consumer.volatile as ConsumerVolatile),
    );
    resources.push(streamResource(broker, name, config, volatile as JsonObject), ...(consumers ?? []));
  });
  return resources;
}

/** The durable consumers: the others are their client's own, and go with it. */
async function readConsumers(
  api: JetStreamApi,
  info: JsonObject,
  stream: string,
  wanted: Wanted,
): Promise<Resource[]> {
  if (consumerCount(info) === 0) return [];
  const consumers = await listed(api, `read consumers of ${stream}`, () => listConsumers(api, stream));
  refuseUnknown(api, consumers, (name) => wanted.consumer(stream, name), `consumer of stream ${stream}:`);
  return consumers.items.flatMap((item) => {
    const config = configOf(item);
    const durable = textOf(config.durable_name);
    if (durable === '') return [];
    const volatile = consumerVolatile(item) as JsonObject;
    return [consumerResource(api.settings.broker, stream, durable, config, volatile)];
  });
}

const NOTHING: Listing = { items: [], unknown: new Set() };

async function listed(api: JetStreamApi, op: string, list: () => Promise<Listing>): Promise<Listing> {
  try {
    return await list();
  } catch (error) {
    // The stream has gone since it was listed.
    if (isNotFound(error)) return NOTHING;
    throw faultOf(api.settings.broker, error, op);
  }
}

function refuseUnknown(
  api: JetStreamApi,
  { items, unknown }: Listing,
  isWanted: (name: string) => boolean,
  what: string,
): void {
  const found = new Set(items.map((item) => textOf(configOf(item).name) || textOf(item.name)));
  const names = [...unknown].filter((name) => !found.has(name) && isWanted(name));
  if (names.length === 0) return;
  throw new BrokerError(api.settings.broker, {
    op: 'read',
    message: `${what} ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} there, but nothing else is known: no server that holds it answers`,
    hint: 'a server is down, or too old for it; what is unknown cannot be planned, so try again when it is back, or leave it out with --exclude and --target',
  });
}
