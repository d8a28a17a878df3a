import type { JsonObject } from '../../model/index.ts';

/**
 * Every request that brokerform makes to change RabbitMQ. What AMQP can do is named by its AMQP method, and may be
 * sent by either protocol; the rest is a management API path. A secret in a payload is a SecretRef, and typed
 * argument values are as in `kinds/arguments.ts`.
 */
export type RabbitCall =
  | { op: 'exchange.declare'; target: string; body: ExchangeDeclare }
  | { op: 'exchange.delete'; target: string; body: { vhost: string; name: string; ifUnused: boolean } }
  | { op: 'queue.declare'; target: string; body: QueueDeclare }
  | { op: 'queue.delete'; target: string; body: QueueDelete }
  | { op: 'queue.bind' | 'exchange.bind'; target: string; body: BindingRef }
  | { op: 'queue.unbind' | 'exchange.unbind'; target: string; body: BindingRef & { propertiesKey: string } }
  | { op: 'user.set-tags'; target: string; body: UserTags }
  | { op: 'http.put' | 'http.post'; target: string; body: { path: readonly string[]; payload: JsonObject } }
  | { op: 'http.delete'; target: string; body: { path: readonly string[] } };

type ExchangeDeclare = {
  vhost: string;
  name: string;
  type: string;
  durable: boolean;
  autoDelete: boolean;
  internal: boolean;
  arguments: JsonObject;
};

type QueueDeclare = {
  vhost: string;
  name: string;
  durable: boolean;
  autoDelete: boolean;
  /** With `x-queue-type` where the broker's own default would give another type. */
  arguments: JsonObject;
};

export type QueueDelete = {
  vhost: string;
  name: string;
  /** Decides how the guard is honoured: classic queues by the broker's flag, others by reading twice just before. */
  type: string;
  /** Refuse when the queue holds a message by then. */
  ifEmpty: boolean;
};

export type BindingRef = {
  vhost: string;
  source: string;
  destination: string;
  routingKey: string;
  arguments: JsonObject;
};

/**
 * Changes tags and keeps the password. The management API cannot do that in one request: `PUT /users/<name>` without
 * a password clears it (`put_user` in rabbit_auth_backend_internal.erl, seen in 3.10.8 and 4.3.6). So a session reads
 * `password_hash` and `hashing_algorithm` first and sends them along.
 */
type UserTags = { name: string; tags: readonly string[] };
