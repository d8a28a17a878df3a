import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** AMQP methods as they stand in a frame: class and method id. */
export const AMQP = {
  exchangeDeclare: '\x00\x28\x00\x0a',
  queueDeclare: '\x00\x32\x00\x0a',
  queueBind: '\x00\x32\x00\x14',
  queueDelete: '\x00\x32\x00\x28',
} as const;

/** A TCP way to a broker that counts what a client says, and can be cut or held at that very moment. */
interface Wire {
  readonly port: number;
  /** Once the client has begun to say `text` for the `count`th time: before the broker hears it. */
  when(text: string, count: number, act: () => void): void;
  /** Ends every connection at once. With `refuse`, new ones end as well, until `mend`. */
  cut(refuse?: boolean): void;
  mend(): void;
  /** Keeps back what both sides say from now on, until `release`. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

interface Trigger {
  readonly text: string;
  count: number;
  readonly act: () => void;
}

async function startWire(target: string): Promise<Wire> {
  const targetPort = Number(new URL(target).port);
  const sockets = new Set<Socket>();
  const triggers: Trigger[] = [];
  let refuses = false;
  let held: (() => void)[] | undefined;

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
    client.on('data', (chunk) => {
      heard(chunk.toString('latin1'));
      pass(upstream, chunk);
    });
    upstream.on('data', (chunk) => pass(client, chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const release = () => {
    const waiting = held ?? [];
    held = undefined;
    for (const write of waiting) write();
  };
  const cut = (refuse = false) => {
    refuses = refuse;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    when: (text, count, act) => triggers.push({ text, count, act }),
    cut,
    mend: () => {
      refuses = false;
    },
    hold: () => {
      held ??= [];
    },
    release,
    async close() {
      cut(true);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Both ways to a broker, and its URLs by them. */
export interface Wires {
  readonly amqp: Wire;
  readonly http: Wire;
  readonly url: string;
  readonly management: string;
  close(): Promise<void>;
}

export async function startWires(broker: { url: string; management: string }): Promise<Wires> {
  const [amqp, http] = await Promise.all([startWire(broker.url), startWire(broker.management)]);
  return {
    amqp,
    http,
    url: `amqp://guest:guest@127.0.0.1:${amqp.port}`,
    management: `http://127.0.0.1:${http.port}`,
    close: async () => {
      await Promise.all([amqp.close(), http.close()]);
    },
  };
}
