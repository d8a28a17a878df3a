import type { JsonObject } from '../../../model/index.ts';

/**
 * Every request that brokerform makes to change a NATS server. `config` is the complete configuration in the API's
 * own JSON, because STREAM.UPDATE and CONSUMER.CREATE replace the whole of it: print it with `printJson`, which keeps
 * large integers exact. Each subject below is behind the API prefix, `$JS.API` or `$JS.<domain>.API`.
 */
export type NatsCall =
  /** STREAM.CREATE.<name>, and STREAM.UPDATE.<name>; the payload is `config`. */
  | { op: 'stream.create'; target: string; body: { name: string; config: JsonObject } }
  | { op: 'stream.update'; target: string; body: StreamUpdate }
  | { op: 'stream.delete'; target: string; body: StreamDelete }
  | { op: 'consumer.create' | 'consumer.update'; target: string; body: ConsumerWrite }
  /**
   * CONSUMER.PAUSE.<stream>.<name> with `{pause_until}`; 2.11 and later. Neither CREATE nor UPDATE changes it on a
   * consumer that is there (jetstream_api.go), they keep what it has.
   */
  | { op: 'consumer.pause'; target: string; body: { stream: string; name: string; pause_until: string } }
  /** CONSUMER.DELETE.<stream>.<name>. Not found counts as done: it may have gone with its stream just before. */
  | { op: 'consumer.delete'; target: string; body: { stream: string; name: string } };

/** STREAM.UPDATE.<name> */
type StreamUpdate = {
  name: string;
  config: JsonObject;
  /** Refuse when it would delete messages by then, as a lowered limit does. STREAM.INFO is asked just before. */
  ifLossless: boolean;
};

/** STREAM.DELETE.<name> */
type StreamDelete = {
  name: string;
  /** Refuse when the stream holds a message by then. The server has no such flag: ask STREAM.INFO just before. */
  ifEmpty: boolean;
};

/**
 * CONSUMER.CREATE.<stream>.<name>[.<filter>] with `{stream_name, config, action}`, where `action` is the op's own
 * word. Servers before 2.10 ignore the action: "create" overwrites and "update" creates (seen on 2.9.10), so there
 * CONSUMER.INFO must be asked first.
 */
export type ConsumerWrite = { stream: string; name: string; config: JsonObject };
