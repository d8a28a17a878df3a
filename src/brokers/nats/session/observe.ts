import { eachOf } from '../../../model/concurrency.ts';
import { type Address, type JsonObject, kindOf, type Resource } from '../../../model/index.ts';
import { consumerNameOf, streamNameOf } from '../addresses.ts';
import type { ConsumerVolatile } from '../specs.ts';
import type { JetStreamApi } from './api.ts';
import { faultOf, isDenied } from './faults.ts';
import { listConsumers } from './listings.ts';
import { configOf, consumerCount, consumerVolatile, declaredName, streamVolatile } from './payloads.ts';

const CONCURRENT = 64;

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
  return streamVolatile(info, consumerCount(info) === 0 ? [] : await durables(stream, api));
}

/** Undefined where some of them could not be read: then their sum is not known either. */
async function durables(stream: string, api: JetStreamApi): Promise<ConsumerVolatile[] | undefined> {
  const { items, unknown } = await listConsumers(api, stream);
  if (unknown.size > 0) return undefined;
  return items.filter((item) => declaredName(configOf(item)) !== undefined).map(consumerVolatile);
}
