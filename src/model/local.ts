import type { Connection } from './connection.ts';
import type { JsonObject } from './json.ts';
import type { Resource } from './resource.ts';

/** An address that the settings of a broker lead to. */
export interface LocalEndpoint {
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** The port in a container of the broker. */
  readonly containerPort: number;
  /** How people open it; contains no password. */
  readonly url: string;
}

/** What a container of a broker is for. */
export interface LocalRequest {
  readonly connection: Connection;
  readonly version: string;
  /** All declared resources of the broker. */
  readonly resources: readonly Resource[];
  /** Distinguishes this broker from those of other projects on this machine: bytes, always the same ones. */
  readonly identity: Uint8Array;
}

/** One service of a compose file, in the broker's own terms. Texts are literal: the file escapes them. */
export interface LocalContainer {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly environment: Readonly<Record<string, LocalValue>>;
  /** The folder whose data outlives the container. */
  readonly data: string;
  readonly healthcheck: readonly [string, ...string[]];
}

/** Text with secrets in it, which a file does not contain: the engine gets them from its environment. */
export type LocalValue = string | readonly (string | { readonly secret: string })[];

/** Why no container serves these settings, and what does. */
export interface NoContainer {
  readonly problem: string;
  readonly hint: string;
}

/** Brokers in containers on this machine, for `up`. Pure. */
export interface LocalBroker {
  /** The usual port of each endpoint. */
  readonly ports: readonly number[];
  /** @throws ConnectionError for settings that are malformed */
  endpoints(connection: Connection): readonly LocalEndpoint[];
  container(request: LocalRequest): LocalContainer | NoContainer;
  /** Settings that lead to a container with its endpoints on these ports. */
  settings(ports: readonly number[]): JsonObject;
  /** What these resources must declare instead where there is one server: by address glob without the broker. */
  overrides(resources: readonly Resource[]): Readonly<Record<string, JsonObject>>;
}
