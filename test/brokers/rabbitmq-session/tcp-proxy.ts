import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A way to a broker that counts what a client says, and can be cut, muted or held as a network would. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that have been made. */
  connections(): number;
  /** Once the client has begun to say `text` for the `count`th time: before the broker hears it. */
  when(text: string, count: number, act: () => void): void;
  /** Ends every connection at once; with `refuse`, new ones end as well until `mend`. */
  cut(refuse?: boolean): void;
  /** Drops what the broker says until `mend`, so that requests arrive and answers do not. */
  mute(): void;
  mend(): void;
  /** Keeps back what both sides say until `release`. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

interface Trigger {
  readonly text: string;
  count: number;
  readonly act: () => void;
}

/** @param target a URL whose port on 127.0.0.1 it leads to */
export async function startProxy(target: string): Promise<TcpProxy> {
  const port = Number(new URL(target).port);
  const sockets = new Set<Socket>();
  const triggers: Trigger[] = [];
  let refuses = false;
  let muted = false;
  let held: (() => void)[] | undefined;
  let count = 0;

  const heard = (text: string) => {
    for (const trigger of triggers.filter((one) => one.count > 0)) {
      trigger.count -= text.split(trigger.text).length - 1;
      if (trigger.count <= 0) trigger.act();
    }
  };
  const pass = (to: Socket, chunk: Buffer) => {
    if (to.destroyed) return;
    if (held) held.push(() => to.write(chunk));
    else to.write(chunk);
  };
  const server = createServer((client) => {
    if (refuses) return client.destroy();
    count++;
    const upstream = createConnection({ host: '127.0.0.1', port });
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
    client.on('data', (chunk) => {
      heard(chunk.toString('latin1'));
      pass(upstream, chunk);
    });
    upstream.on('data', (chunk) => {
      if (!muted) pass(client, chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const cut = (refuse = false) => {
    refuses = refuse;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    when: (text, times, act) => triggers.push({ text, count: times, act }),
    cut,
    mute: () => {
      muted = true;
    },
    mend: () => {
      refuses = false;
      muted = false;
    },
    hold: () => {
      held ??= [];
    },
    release() {
      const waiting = held ?? [];
      held = undefined;
      for (const write of waiting) write();
    },
    async close() {
      cut(true);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
