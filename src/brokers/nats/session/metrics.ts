import { eachOf } from '../../../model/concurrency.ts';
import { type Address, type JsonObject, kindOf, type Resource } from '../../../model/index.ts';
import { consumerNameOf, streamNameOf } from '../kinds/addresses.ts';
import type { JetStreamApi } from './api.ts';
import { listConsumers } from './listings.ts';
import {
  configOf,
  consumerCount,
  consumerVolatile,
  declaredName,
  streamVolatile,
  textOf,
} from './payloads.ts';
import { faultOf, isDenied } from './refusals.ts';

const CONCURRENT = 64;

/** Names of clients' consumers that a plan tells of one stream. */
const MOST_NAMES = 10;

/**
 * Counts what these resources hold now. What could not be counted is missing from the answer.
 * @throws ConnectionError, BrokerError where nothing can be asked at all
 */
export async function observe(
  resources: readonly Resource[],
  api: JetStreamApi,
): Promise<Map<Address, JsonObject>> {
  const counts = new Map<Address, JsonObject>();
  await eachOf(resources, CONCURRENT, async ({ address }) => {
    try {
      counts.set(address, (await countOf(address, api)) as JsonObject);
    } catch (error) {
      // Bugs must not look like a missing count.
      faultOf(api.settings.broker, error, 'count');
      if (isDenied(error)) throw faultOf(api.settings.broker, error, 'count');
    }
  });
  return counts;
}

async function countOf(address: Address, api: JetStreamApi): Promise<object> {
  const stream = streamNameOf(address);
  if (kindOf(address) === 'consumer') {
    const path = [stream, consumerNameOf(address)];
    return consumerVolatile(await api.ask({ verb: 'CONSUMER.INFO', path }));
  }
  const info = await api.ask({ verb: 'STREAM.INFO', path: [stream] });
  if (consumerCount(info) === 0) return streamVolatile(info, []);
  const { items, unknown } = await listConsumers(api, stream);
  const durable = items.filter((item) => declaredName(configOf(item)) !== undefined).map(consumerVolatile);
  const ephemeral = items.filter(isEphemeral).map((item) => textOf(item.name));
  return {
    // Where some of them could not be read, their sum is not known either.
    ...streamVolatile(info, unknown.size > 0 ? undefined : durable),
    ...(ephemeral.length > 0 && { ephemeral: ephemeral.sort().slice(0, MOST_NAMES) }),
  };
}

/** Of a client; not one by which the server fills a mirror or source. */
function isEphemeral(item: JsonObject): boolean {
  const config = configOf(item);
  const isSourcing = config.sourcing === true || config.direct === true;
  return textOf(config.durable_name) === '' && !isSourcing && textOf(item.name) !== '';
}
