/** The parts of kafkajs 2.2.4, pinned, that it keeps to itself: one connection, with its login and its queue. */
declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net';
  import type { ConnectionOptions } from 'node:tls';
  import type { Logger, Mechanism, SASLOptions } from 'kafkajs';

  interface Request {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  }

  interface Response<A> {
    decode(payload: Buffer): Promise<A>;
    parse(answer: A): Promise<A>;
  }

  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      logger: Logger;
      socketFactory: (options: { host: string; port: number; onConnect: () => void }) => Socket;
      ssl: ConnectionOptions | null;
      sasl: SASLOptions | Mechanism | null;
      /** Milliseconds. */
      requestTimeout: number;
      connectionTimeout: number;
    });
    readonly requestQueue: { scheduleCheckPendingRequests: () => void };
    connect(): Promise<boolean>;
    disconnect(): Promise<boolean>;
    isConnected(): boolean;
    setVersions(versions: Record<number, { minVersion: number; maxVersion: number }>): void;
    setSupportAuthenticationProtocol(supported: boolean): void;
    authenticate(): Promise<void>;
    send<A>(message: { request: Request; response: Response<A>; logResponseError: boolean }): Promise<A>;
    rejectRequests(error: Error): void;
  }
}
