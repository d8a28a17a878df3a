import type { Json, JsonObject, SecretRef } from '../../model/index.ts';

/**
 * Completed specs, one type a kind, and the paths of their addresses. A declared and a live resource of one kind
 * have the same shape, so that comparing needs no knowledge of RabbitMQ.
 *
 * An AMQP argument value is JSON as the management API shows it. A whole number means a 64-bit long, a fraction a
 * double, a string a longstr; any other AMQP type is written `{ $type: 'short', value: 1 }`, and void, which JSON
 * cannot say over HTTP, `{ $type: 'void' }`.
 */
export type Arguments = JsonObject;

/** `<broker>/vhost/<name>`; fields that are not declared are left alone. */
export interface VhostSpec {
  readonly description?: string;
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly 'default-queue-type'?: string;
}

/** `<broker>/vhost-limits/<vhost>` */
export interface VhostLimitsSpec {
  readonly 'max-connections': number | null;
  readonly 'max-queues': number | null;
}

/** `<broker>/user/<name>`; without password and hash, the live one is left alone. */
export interface UserSpec {
  /** Sorted. */
  readonly tags: readonly string[];
  readonly password?: SecretRef;
  readonly 'password-hash'?: SecretRef;
}

/** `<broker>/user-limits/<user>` */
export interface UserLimitsSpec {
  readonly 'max-connections': number | null;
  readonly 'max-channels': number | null;
}

/** `<broker>/permission/<vhost>/<user>`; regular expressions. */
export interface PermissionSpec {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** `<broker>/topic-permission/<vhost>/<user>/<exchange>` */
export interface TopicPermissionSpec {
  readonly write: string;
  readonly read: string;
}

/** `<broker>/exchange/<vhost>/<name>`; the alternate exchange is the argument `alternate-exchange`. */
export interface ExchangeSpec {
  readonly type: string;
  readonly durable: boolean;
  readonly 'auto-delete': boolean;
  readonly internal: boolean;
  readonly arguments: Arguments;
}

/** `<broker>/queue/<vhost>/<name>` */
export interface QueueSpec {
  readonly type: string;
  readonly durable: boolean;
  readonly 'auto-delete': boolean;
  readonly exclusive: boolean;
  /** Without `x-queue-type`, which is `type`. */
  readonly arguments: Arguments;
}

/**
 * `<broker>/binding/<vhost>/<source>/<queue|exchange>/<destination>/<routing key>[/<digest of the arguments>]`.
 * All of a binding is its identity: it is created or deleted, never updated.
 */
export interface BindingSpec {
  readonly arguments: Arguments;
  /** Live only: what the management API calls this binding. Never computed, never compared. */
  readonly 'properties-key'?: string;
}

/** `<broker>/policy/<vhost>/<name>` and `<broker>/operator-policy/<vhost>/<name>` */
export interface PolicySpec {
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly priority: number;
  readonly definition: JsonObject;
}

/** `<broker>/parameter/<vhost>/<component>/<name>`; shovels and federation, credentials in URIs as secrets. */
export interface ParameterSpec {
  readonly value: Json;
}

/** `<broker>/global-parameter/<name>` */
export type GlobalParameterSpec = ParameterSpec;
