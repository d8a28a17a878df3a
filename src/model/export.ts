import type { JsonObject } from './json.ts';
import type { BrokerIdentity } from './plan.ts';
import type { Resource } from './resource.ts';

/** Declared resources of one broker, in another tool's format. */
export interface Exported {
  readonly value: JsonObject;
  /** What the format cannot say, or must not hold. Raw text. */
  readonly notes: readonly string[];
}

/** The channels of an AsyncAPI document that describe one broker. */
export interface ExportedChannels {
  /** `amqp`, as the bindings and the server of the document name it. */
  readonly protocol: string;
  readonly channels: readonly ExportedChannel[];
}

export interface ExportedChannel {
  readonly id: string;
  /** https://www.asyncapi.com/docs/reference/specification/v3.0.0#channelObject */
  readonly channel: JsonObject;
  /** The resource that it describes. */
  readonly of: Resource;
}

/** How a provider writes what is declared. Resources are completed as the broker would hold them. */
export interface Exporter {
  /** The broker's own file of definitions. Absent where it has none. */
  definitions?(resources: readonly Resource[], broker: BrokerIdentity): Exported;
  channels(resources: readonly Resource[]): ExportedChannels;
}
