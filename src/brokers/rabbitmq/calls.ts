import type { Json, JsonObject } from '../../model/index.ts';
import type { Arguments } from './specs.ts';

/**
 * Every request that brokerform makes to change RabbitMQ. What AMQP can do is named by its AMQP method, and may be
 * sent by either protocol; the rest is a management API path.
 */
export type RabbitCall =
  | {
      op: 'exchange.declare';
      target: string;
      body: {
        vhost: string;
        name: string;
        type: string;
        durable: boolean;
        autoDelete: boolean;
        internal: boolean;
        arguments: Arguments;
      };
    }
  | { op: 'exchange.delete'; target: string; body: { vhost: string; name: string; ifUnused: boolean } }
  | {
      op: 'queue.declare';
      target: string;
      body: { vhost: string; name: string; durable: boolean; autoDelete: boolean; arguments: Arguments };
    }
  | { op: 'queue.delete'; target: string; body: QueueDelete }
  | { op: 'queue.bind' | 'exchange.bind'; target: string; body: BindingRef }
  | { op: 'queue.unbind' | 'exchange.unbind'; target: string; body: BindingRef & { propertiesKey: string } }
  | { op: 'http.put' | 'http.post'; target: string; body: { path: readonly string[]; payload: JsonObject } }
  | { op: 'http.delete'; target: string; body: { path: readonly string[] } };

export interface QueueDelete {
  vhost: string;
  name: string;
  /** Decides how the guard is honoured: classic queues by the broker's own flags, others by reading twice just before. */
  type: string;
  /** Refuse when the queue holds a message by then. */
  ifEmpty: boolean;
}

export interface BindingRef {
  vhost: string;
  source: string;
  destination: string;
  routingKey: string;
  arguments: Arguments;
}

/** A management API path, as decoded segments after `/api`; a secret in a payload is a SecretRef. */
export type HttpPayload = Json;
