import type { Address, Call, JsonObject, Objection, Resource } from '../../../model/index.ts';
import type { InheritedConfigs } from '../kinds/configs/spec.ts';
import type { Cluster } from './cluster.ts';
import type { Execute } from './executor.ts';
import type { AnyApi } from './protocol/codec.ts';

/** What of one kind a scope wants. */
export interface Wanted {
  /** The first segments after the kind of what is named: topic and user names. */
  readonly names: ReadonlySet<string>;
  /** The named resources as they are declared, by address. */
  readonly desired: ReadonlyMap<Address, Resource>;
  /** Whether more is wanted than what is named. */
  readonly all: boolean;
  /** Whether a live resource is wanted. */
  includes(resource: Pick<Resource, 'address' | 'dependsOn'>): boolean;
}

type CallOf = { readonly op: string; readonly body: unknown };

/** By op. */
type Executors<C extends CallOf> = {
  readonly [Op in C['op']]: Execute<Extract<C, { op: Op }>['body']>;
};

/** How a session reads and changes the resources of one kind. */
export interface KindSession<C extends CallOf = never> {
  /** Requests that it may send. */
  readonly requests: readonly AnyApi[];
  /** The live resources that are wanted. @throws ConnectionError, BrokerError */
  read(cluster: Cluster, wanted: Wanted, inherited: InheritedConfigs): Promise<Resource[]>;
  executors(cluster: Cluster): Executors<C>;
  /** As `Session.readMetrics`. */
  readMetrics?(cluster: Cluster, resources: readonly Resource[]): Promise<Map<Address, JsonObject>>;
  /** As `Session.preview`. */
  preview?(cluster: Cluster, units: readonly (readonly Call[])[]): Promise<Objection[]>;
}
