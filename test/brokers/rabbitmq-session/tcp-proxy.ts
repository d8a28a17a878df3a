import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A way to a broker that can be cut, as a network would. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that have been made. */
  connections(): number;
  /** Ends every connection at once; with `refuse`, new ones end as well until `mend`. */
  cut(refuse?: boolean): void;
  /** Drops what the broker says from now on, so that requests arrive and answers do not. */
  mute(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let refuses = false;
  let muted = false;
  let count = 0;
  const server = createServer((client) => {
    if (refuses) return client.destroy();
    count++;
    const upstream = createConnection({ host: '127.0.0.1', port: targetPort });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => !muted && client.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (refuse = false) => {
    refuses = refuse;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    cut,
    mute: () => {
      muted = true;
    },
    mend: () => {
      refuses = false;
      muted = false;
    },
    async close() {
      cut(true);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
