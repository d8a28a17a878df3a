import { eachOf } from '../../../model/concurrency.ts';
import { type Address, type JsonObject, kindOf, type Resource } from '../../../model/index.ts';
import { consumerNameOf, streamNameOf } from '../kinds/addresses.ts';
import { consumerCount, consumerMetrics, streamMetrics } from '../kinds/metrics.ts';
import type { JetStreamApi } from './api.ts';
import { configOf, declaredName, listConsumers, textOf } from './listings.ts';
import { errorOf, isPermissionError } from './refusals.ts';

const CONCURRENT = 64;

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
  const ephemeral = items.filter(isEphemeral).map((item) => textOf(item.name));
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
  return textOf(config.durable_name) === '' && !isSourcing && textOf(item.name) !== '';
}
