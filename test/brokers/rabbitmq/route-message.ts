import { splitKey } from '../../../src/brokers/rabbitmq/routing/matching.ts';
import { type Routed, route } from '../../../src/brokers/rabbitmq/routing/router.ts';
import type { Vhost } from '../../../src/brokers/rabbitmq/routing/topology.ts';
import type { JsonObject } from '../../../src/model/index.ts';

export interface PublishedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** Of the CC and BCC headers. */
  readonly copies?: readonly string[];
  readonly headers?: JsonObject;
}

/**
 * The queues that one message reaches, sorted. Empty when it is dropped, or returned to a publisher that set
 * `mandatory`; undefined when the broker refuses it: the exchange is not there, or is internal.
 */
export function routeMessage(vhost: Vhost, message: PublishedMessage): string[] | undefined {
  const exchange = vhost.exchange(message.exchange);
  if (!exchange || exchange.internal) return undefined;
  const keys = [message.routingKey, ...(message.copies ?? [])].map(splitKey);
  const routed: Routed = { keys, headers: message.headers ?? {}, wanted: 'certain' };
  return Array.from(route(vhost, message.exchange, routed))
    .filter((destination) => destination.kind === 'queue')
    .map((destination) => destination.name)
    .sort();
}
