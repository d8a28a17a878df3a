import type { BrokerIdentity, Json, JsonObject, SecretRef } from '../../model/index.ts';

/**
 * Specs, one type a kind, as they are once completed. A declared and a live resource of one kind have the same
 * shape, so that comparing needs no knowledge of RabbitMQ. Addresses and needs are made in `resources.ts`.
 *
 * A raw live spec holds what the management API lists under the same names, unfiltered: an argument table with
 * `x-queue-type` in it, a `default-queue-type` of `"undefined"`. A raw declared spec lacks what was not written.
 * `complete` of the kind makes both comparable.
 *
 * An AMQP argument value is JSON as the management API shows it. A whole number means a 64-bit long, a fraction a
 * double, a string a longstr; any other AMQP type is written `{ $type: 'short', value: 1 }`, and void, which JSON
 * cannot say over HTTP, `{ $type: 'void' }`. The API lists values without their types: live ones are always plain.
 */
export type Arguments = JsonObject;

/** `<broker>/vhost/<name>`; fields that are not declared are left alone. */
export type VhostSpec = {
  readonly description?: string;
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly 'default-queue-type'?: string;
  /** Live: absent on brokers that do not have it. */
  readonly 'deletion-protection'?: boolean;
};

/** `<broker>/vhost-limits/<vhost>`: by the broker's names, `max-connections` and `max-queues`. A limit not set is absent. */
export type VhostLimitsSpec = { readonly limits: JsonObject };

/**
 * `<broker>/user/<name>`; tags that are not declared, and the password, are left alone.
 * Live: the declared reference where it resolves to what the broker has, else HIDDEN. A user that was read from a
 * file, where nothing can be said about the password, has neither key.
 */
export type UserSpec = {
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly password?: SecretRef;
  readonly 'password-hash'?: SecretRef;
};

/** `<broker>/user-limits/<user>`: `max-connections` and `max-channels`. A limit not set is absent. */
export type UserLimitsSpec = { readonly limits: JsonObject };

/** `<broker>/permission/<vhost>/<user>`; regular expressions. */
export type PermissionSpec = { readonly configure: string; readonly write: string; readonly read: string };

/** `<broker>/topic-permission/<vhost>/<user>/<exchange>` */
export type TopicPermissionSpec = { readonly write: string; readonly read: string };

/** `<broker>/exchange/<vhost>/<name>`; the alternate exchange is the argument `alternate-exchange`. */
export type ExchangeSpec = {
  readonly type: string;
  readonly durable: boolean;
  readonly 'auto-delete': boolean;
  readonly internal: boolean;
  readonly arguments: Arguments;
};

/** `<broker>/queue/<vhost>/<name>` */
export type QueueSpec = {
  /** From the listing's `type`, never from the argument: brokers before 4.0 do not put that on every queue. */
  readonly type: string;
  readonly durable: boolean;
  readonly 'auto-delete': boolean;
  /** Live only. */
  readonly exclusive?: boolean;
  /** Completed: without `x-queue-type`, which is `type`. */
  readonly arguments: Arguments;
};

/** Live queues only, in `Resource.volatile`. A key that was not read is absent, and counts as not empty. */
export type QueueVolatile = {
  readonly ready?: number;
  readonly unacknowledged?: number;
  readonly consumers?: number;
  /** Of an exclusive queue: the name of its connection. */
  readonly owner?: string;
};

/**
 * `<broker>/binding/<vhost>/<source>/<queue|exchange>/<destination>/<routing key>[/<digest of the arguments>]`.
 * All of a binding is its identity: it is created or deleted, never updated.
 */
export type BindingSpec = {
  readonly arguments: Arguments;
  /** Live only: what the management API calls this binding. Never computed, never compared. */
  readonly 'properties-key'?: string;
};

/** `<broker>/policy/<vhost>/<name>` and `<broker>/operator-policy/<vhost>/<name>` */
export type PolicySpec = {
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly priority: number;
  readonly definition: JsonObject;
};

/**
 * `<broker>/parameter/<vhost>/<component>/<name>`; shovels and federation. What came from `${…}` is a SecretRef.
 * Live: `conceal` of `secrets.ts` puts the declared references, or HIDDEN, in place of what nobody may see.
 */
export type ParameterSpec = { readonly value: Json };

/** `<broker>/global-parameter/<name>` */
export type GlobalParameterSpec = ParameterSpec;

/** What a session puts into `BrokerIdentity.facts`. */
export type RabbitFacts = {
  /** The user that we are connected as: never deleted. */
  readonly user?: string;
  /** Vhosts that this user may see. */
  readonly vhosts?: readonly string[];
  /** Types of exchanges that the broker has, those of its plug-ins among them. */
  readonly exchangeTypes?: readonly string[];
  /** By vhost, where the broker tells one. */
  readonly defaultQueueTypes?: Readonly<Record<string, string>>;
  /** Not a live broker, but a definitions file: nobody can tell whether secrets are as declared. */
  readonly fromFile?: boolean;
};

/** They come from a session of this provider, or from a plan that one made. */
export function factsOf(broker: Pick<BrokerIdentity, 'facts'>): RabbitFacts {
  return broker.facts as RabbitFacts;
}
