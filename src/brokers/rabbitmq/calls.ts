import type { Failure, JsonObject } from '../../model/index.ts';

/**
 * Every request that brokerform makes to change RabbitMQ. What AMQP can do is named by its AMQP method, and may be
 * sent by either protocol; the rest is a management API path, `optional` where the user may lack the right to it. A secret in a payload is a SecretRef, and typed
 * argument values are as in `kinds/arguments.ts`.
 */
export type RabbitCall =
  | { op: 'exchange.declare'; target: string; body: ExchangeDeclare }
  | { op: 'exchange.delete'; target: string; body: { vhost: string; name: string; ifUnused: boolean } }
  | { op: 'queue.declare'; target: string; body: QueueDeclare }
  | { op: 'queue.delete'; target: string; body: QueueDelete }
  | { op: 'queue.bind' | 'exchange.bind'; target: string; body: BindingRef }
  | { op: 'queue.unbind' | 'exchange.unbind'; target: string; body: BindingRef & { propertiesKey: string } }
  | { op: MovePhase; target: string; body: QueueMove }
  | { op: RenamePhase; target: string; body: QueueRename }
  | { op: 'user.set-tags'; target: string; body: UserTags }
  | {
      op: 'http.put' | 'http.post';
      target: string;
      body: { path: readonly string[]; payload: JsonObject; optional?: boolean };
    }
  | { op: 'http.delete'; target: string; body: { path: readonly string[]; optional?: boolean } };

type ExchangeDeclare = {
  vhost: string;
  name: string;
  type: string;
  durable: boolean;
  autoDelete: boolean;
  internal: boolean;
  arguments: JsonObject;
};

export type QueueDeclare = {
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

/**
 * The phases of a move, in order. Each looks at the broker first and does what is left of it, so that all of them may be
 * sent again after an interruption at any point:
 * - `prepare`: checks that the move can keep every message, then declares the hold and park queues and their exchanges;
 * - `divert`: new messages go to the park queue: it gets the bindings of the queue, which then loses them;
 * - `drain`: the messages of the queue go to the hold queue;
 * - `replace`: the queue, verified to be empty, is deleted and declared anew;
 * - `refill`: the messages of the hold queue go to the new queue;
 * - `return`: the messages of the park queue go to the new queue, which gets the bindings back;
 * - `clean`: the hold and park queues, verified to be empty, and their exchanges and policy are deleted.
 */
export const MOVE_PHASES = [
  'move.prepare',
  'move.divert',
  'move.drain',
  'move.replace',
  'move.refill',
  'move.return',
  'move.clean',
] as const;

export type MovePhase = (typeof MOVE_PHASES)[number];

/** A queue that is replaced by one of the same name, with its messages. */
export type QueueMove = {
  /** The queue as it is to be. */
  declare: QueueDeclare;
  /** Lose what is published through the default exchange while the queue does not exist; refuse where this is false. */
  allowGap: boolean;
};

/**
 * The phases of a rename, in order, as those of a move:
 * - `prepare`: checks that every message can be kept, and declares the exchange that leads to the new queue;
 * - `divert`: the new queue gets the bindings of the old one, which then loses them;
 * - `drain`: the messages of the old queue go to the new one; the old queue, verified to be empty, is deleted;
 * - `clean`: the exchange is deleted.
 */
export const RENAME_PHASES = ['rename.prepare', 'rename.divert', 'rename.drain', 'rename.clean'] as const;

export type RenamePhase = (typeof RENAME_PHASES)[number];

/** A queue whose messages go to one of another name. */
export type QueueRename = {
  vhost: string;
  name: string;
  newName: string;
  /** Lose what is published through the default exchange until publishers use the new name. */
  allowGap: boolean;
};

/** What became of one call. `lost`: it was never sent, because the broker is gone. */
export type CallResult =
  | { readonly status: 'done'; readonly note?: string }
  | { readonly status: 'failed' | 'unknown' | 'lost'; readonly failure: Failure };
