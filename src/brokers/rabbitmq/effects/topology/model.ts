import type { Json, JsonObject, Resource } from '../../../../model/index.ts';
import type { NamePattern } from '../../kinds/policy/pattern.ts';
import type { TopicTrie } from '../topic.ts';

/** A declared topology as a graph: what names point to, by vhost. */
export interface Topology {
  readonly version: string;
  readonly vhosts: ReadonlyMap<string, Vhost>;
}

export interface Vhost {
  readonly name: string;
  readonly version: string;
  readonly exchanges: ReadonlyMap<string, Exchange>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly bindings: readonly Binding[];
  /** Highest priority first. */
  readonly policies: readonly Policy[];
  /** Declared exchanges, and those that every vhost has; undefined for one that nobody declared. */
  exchange(name: string): Exchange | undefined;
}

export interface Exchange {
  readonly name: string;
  /** The type that decides about routing: of a delayed exchange, the one it delays for. */
  readonly type: string;
  readonly internal: boolean;
  readonly durable: boolean;
  readonly arguments: JsonObject;
  /** Absent for those that every vhost has. */
  readonly resource?: Resource;
  readonly outgoing: readonly Binding[];
  readonly incoming: readonly Binding[];
  /** Matching policies, highest priority first. */
  readonly policies: readonly Policy[];
  readonly alternate?: Setting;
  /** Bindings by routing key, made when first asked for. */
  readonly byKey: () => TopicTrie<Binding>;
}

export interface Queue {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly arguments: JsonObject;
  readonly resource: Resource;
  readonly incoming: readonly Binding[];
  /** Matching policies, highest priority first, also those that the queue's type makes void. */
  readonly policies: readonly Policy[];
  /** What holds for the queue: its argument `x-<name>`, else the key of its effective policy. */
  setting(name: string): Setting | undefined;
}

export interface Binding {
  readonly resource: Resource;
  readonly source: string;
  readonly destination: string;
  readonly toQueue: boolean;
  readonly key: string;
  readonly arguments: JsonObject;
}

export interface Policy {
  readonly resource: Resource;
  readonly name: string;
  readonly pattern: string;
  readonly applyTo: string;
  readonly priority: number;
  readonly definition: JsonObject;
  /** A name of which it is not known whether it matches is taken for one that does not. */
  readonly names: NamePattern;
}

/** A value, and where it was written. */
export interface Setting {
  readonly value: Json;
  readonly resource: Resource;
  readonly path: readonly string[];
}
